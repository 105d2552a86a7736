import type { Command } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import type { CommandResult } from '../domain/result.js'
import { writable } from '../domain/writable.js'
import { DeadLetterNotFoundError } from '../queue/errors.js'
import type { Worker } from '../queue/worker.js'
import type { StoredDeadLetter } from '../store/dead-letter.js'
import type { StoreSession } from '../store/store.js'
import { assertNoCardNumber } from './card-number.js'
import type { AdmissionRules } from './door.js'
import { reasonField, textField } from './fields.js'
import type { Intake } from './intake.js'

/** A command that was put aside because it could not be handled. It had no effect. */
export interface DeadLetter {
  readonly id: string
  /** The request as it was checked: amounts are `bigint`s. `null` when it cannot be read any more. */
  readonly command: Command | null
  /** The text of a command that cannot be read, as it is stored; `null` for every other. */
  readonly unreadable: string | null
  /** The latest failure. */
  readonly cause: { readonly name: string; readonly message: string }
  /** How often it failed. */
  readonly attempts: number
  /** Recorded time of the first and of the latest failure. */
  readonly firstAt: Date
  readonly lastAt: Date
}

/** What was put aside, and what is to become of it. */
export interface DeadLetters {
  /** All letters, the oldest first. */
  list(): AsyncIterable<DeadLetter>
  /** Executes the command with the idempotency key that it has; the letter goes when that is recorded. */
  retry(id: string): Promise<CommandResult>
  /** Takes the letter away for good; the reason, 1–500 characters, and the command are recorded in the journal. */
  discard(id: string, reason: string): Promise<void>
}

const PAGE_LENGTH = 100

interface Parts {
  readonly intake: Intake
  readonly worker: Worker
  readonly session: StoreSession
  readonly rules: AdmissionRules
}

/** Handles dead letters one at a time, so that no two decide about the same one. */
export class DeadLetterDesk implements DeadLetters {
  readonly #intake: Intake
  readonly #worker: Worker
  readonly #session: StoreSession
  readonly #rules: AdmissionRules
  #previous: Promise<unknown> = Promise.resolve()

  constructor({ intake, worker, session, rules }: Parts) {
    this.#intake = intake
    this.#worker = worker
    this.#session = session
    this.#rules = rules
  }

  async *list(): AsyncGenerator<DeadLetter, void, undefined> {
    await this.#intake.question({ read: () => undefined })
    yield* storedLetters(this.#session)
  }

  retry(id: string): Promise<CommandResult> {
    return this.#inTurn(async () => {
      const { command } = await this.#find(id)
      if (command === null) {
        throw new InvalidRequestError(
          `The command of dead letter ${id} cannot be read, so it cannot be executed. ` +
            'Look at its text with deadLetters.list, send the request anew, and discard the letter.'
        )
      }
      return this.#intake.command(command, undefined)
    })
  }

  discard(id: string, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const text = reasonField(reason)
      if (this.#rules.metadataCardCheck) assertNoCardNumber({ reason: text })
      const letter = await this.#find(id)
      await this.#intake.question({ read: () => this.#worker.record(this.#worker.letters.discard(letter, text)) })
    })
  }

  async #find(id: string): Promise<StoredDeadLetter> {
    textField(id, 'id')
    await this.#intake.question({ read: () => this.#worker.letters.beginLook(id) })
    const [letter] = await this.#session.deadLetters({ id })
    if (letter === undefined) throw new DeadLetterNotFoundError(id)
    return letter
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#previous.then(work)
    this.#previous = turn.catch(() => undefined)
    return turn
  }
}

/** What a store keeps, the oldest first. */
export async function* storedLetters(
  session: Pick<StoreSession, 'deadLetters'>
): AsyncGenerator<DeadLetter, void, undefined> {
  let after: StoredDeadLetter | undefined
  do {
    const page = await session.deadLetters({ ...(after && { after }), limit: PAGE_LENGTH })
    for (const record of page) yield letterOf(record)
    after = page.at(-1)
  } while (after !== undefined)
}

function letterOf({ id, command, text, cause, attempts, firstAt, lastAt }: StoredDeadLetter): DeadLetter {
  const times = { firstAt: new Date(firstAt), lastAt: new Date(lastAt) }
  return writable({ id, command, unreadable: command === null ? text : null, cause, attempts, ...times })
}
