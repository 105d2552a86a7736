import { hash } from 'node:crypto'
import type { Command, DiscardDeadLetter, RecordedCommand } from '../domain/command.js'
import type { Decision } from '../domain/decision.js'
import { keyText } from '../domain/idempotency.js'
import type { Events } from '../observability/events.js'
import type { DeadLetterRecord, StoredDeadLetter } from '../store/dead-letter.js'
import type { StoreSession } from '../store/store.js'
import { DeadLetterNotFoundError, DeadLetteredError } from './errors.js'
import type { Answer, Group } from './group.js'
import type { CommandJob } from './job.js'
import type { WorkingSet } from './working-set.js'

const CAUSE_LENGTH_MAX = 1_000
/** Stands in the journal for the account of a letter that does not name one. No account has this name. */
const UNKNOWN_ACCOUNT = '@unknown'

/**
 * Puts commands aside that could not be handled, one letter for each account and key. A letter is kept and removed in
 * the group of the command that it is about, so that the two can never disagree.
 */
export class DeadLetters {
  readonly #view: WorkingSet
  readonly #events: Events
  /** While there has been no letter, letters cost nothing. */
  #mayHaveSome: boolean
  /** The letter that is being looked up, and whether it went meanwhile. */
  #look: { readonly id: string; hasGone: boolean } | undefined

  static async open(session: StoreSession, view: WorkingSet, events: Events): Promise<DeadLetters> {
    const some = await session.deadLetters({ limit: 1 })
    return new DeadLetters(view, events, some.length > 0)
  }

  private constructor(view: WorkingSet, events: Events, mayHaveSome: boolean) {
    this.#view = view
    this.#events = events
    this.#mayHaveSome = mayHaveSome
  }

  /** Puts a command aside whose handling threw. The answer is to be given once the letter is durable. */
  putAside(job: CommandJob, cause: unknown, at: number): Answer {
    const letter = this.#letterFor(job.command, { cause, attempts: 1, at })
    this.#view.open.deadLetters.push({ kept: letter })
    return {
      give: () => {
        job.reject(new DeadLetteredError(letter.id, { cause }))
        this.#tell(letter, cause)
      },
      reject: error => job.reject(error)
    }
  }

  /** The letters for everything that was executed in a group which the store does not take. */
  forGroup(
    group: Group,
    { error, attempts }: { readonly error: unknown; readonly attempts: number }
  ): readonly DeadLetterRecord[] {
    const commands = group.entries.map(({ command }) => command).filter(isCall)
    return commands.map(command => this.#letterFor(command, { cause: error, attempts, at: group.timestamp }))
  }

  /** Answers for a group whose letters are durable. Those who waited for it without one hear why nothing happened. */
  answerGroup(group: Group, letters: readonly DeadLetterRecord[], cause: unknown): void {
    const ids = new Set(letters.map(({ id }) => id))
    for (const answer of group.answers.splice(0)) {
      const id = answer.executed && deadLetterIdOf(answer.executed)
      answer.reject(id !== undefined && ids.has(id) ? new DeadLetteredError(id, { cause }) : cause)
    }
    for (const letter of letters) this.#tell(letter, cause)
  }

  /** What has been recorded after all, whoever asked for it, needs no letter any more. */
  onDecided(command: Command, decision: Decision): void {
    if (!this.#mayHaveSome || decision.kind !== 'record' || decision.refusal !== null) return
    this.#remove(deadLetterIdOf(command))
  }

  /** To be called in the order of the queue, before a letter is looked up: one at a time. */
  beginLook(id: string): void {
    this.#look = { id, hasGone: false }
  }

  /** The command that ends a letter, which goes with it. @throws DeadLetterNotFoundError when it went since the look */
  discard(letter: StoredDeadLetter, reason: string): DiscardDeadLetter {
    const { id, command, text } = letter
    if (this.#look?.id === id && this.#look.hasGone) throw new DeadLetterNotFoundError(id)
    this.#remove(id)
    const accountId = command?.accountId ?? accountNamedIn(text)
    return { type: 'DiscardDeadLetter', accountId, deadLetterId: id, reason, discarded: text }
  }

  #remove(id: string): void {
    if (this.#look?.id === id) this.#look.hasGone = true
    this.#view.open.deadLetters.push({ removed: id })
  }

  #letterFor(command: Command, failed: { cause: unknown; attempts: number; at: number }): DeadLetterRecord {
    this.#mayHaveSome = true
    const { cause, attempts, at } = failed
    return { id: deadLetterIdOf(command), command, cause: causeOf(cause), attempts, firstAt: at, lastAt: at }
  }

  #tell({ id, command: { accountId, type } }: DeadLetterRecord, error: unknown): void {
    this.#events.emit('command:dead-lettered', { deadLetterId: id, accountId, command: type, error })
  }
}

/** One id for an account's key. Only creating an account needs no key, and then the account is the name. */
export function deadLetterIdOf({ accountId, idempotencyKey = '' }: Command): string {
  return `letter_${hash('sha256', keyText(accountId, idempotencyKey), 'base64url').slice(0, 22)}`
}

function isCall(command: RecordedCommand): command is Command {
  switch (command.type) {
    case 'ExpireHold':
    case 'DiscardDeadLetter':
    case 'AdoptRules':
      return false
    default:
      return command.type !== 'SetKeyLifetimes' || command.idempotencyKey !== undefined
  }
}

function causeOf(cause: unknown): DeadLetterRecord['cause'] {
  try {
    const { name, message } = cause instanceof Error ? cause : { name: typeof cause, message: cause }
    return { name: String(name).slice(0, CAUSE_LENGTH_MAX), message: String(message).slice(0, CAUSE_LENGTH_MAX) }
  } catch {
    return { name: typeof cause, message: 'What was thrown cannot be shown.' }
  }
}

/** Whose command it was, as far as a text that cannot be read still says so. */
function accountNamedIn(text: string): string {
  return /"accountId":"([^"\\]{1,128})"/.exec(text)?.[1] ?? UNKNOWN_ACCOUNT
}
