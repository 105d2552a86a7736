import type { Events } from '../observability/events.js'
import type { Retrying } from '../policies/retrying.js'
import { NotCommittedError } from '../store/errors.js'
import type { DeadLetterRecord } from '../store/dead-letter.js'
import type { StoreSession } from '../store/store.js'
import type { DeadLetters } from './dead-letters.js'
import type { Group } from './group.js'

interface Parts {
  readonly session: StoreSession
  readonly retrying: Retrying
  readonly letters: DeadLetters
  readonly events: Events
}

/** Whether a commit certainly did not happen and the very same one may in a moment. Nothing else is tried again. */
export function isTransient(error: unknown): error is NotCommittedError {
  return error instanceof NotCommittedError && error.isTransient
}

/**
 * What is done about a group that the store did not take for the moment:
 *
 *     tried again → durable
 *                 → given up, its commands put aside durably: the writer goes on
 *                 → given up, and the store does not take the letters either: the writer stops
 */
export class Rescue {
  readonly #session: StoreSession
  readonly #retrying: Retrying
  readonly #letters: DeadLetters
  readonly #events: Events

  constructor({ session, retrying, letters, events }: Parts) {
    this.#session = session
    this.#retrying = retrying
    this.#letters = letters
    this.#events = events
  }

  /**
   * Tries a commit again that has just failed for the moment. Resolves with `undefined` once it is durable, else with
   * the last failure and how many attempts it took.
   */
  async tryAgain(
    group: Group,
    error: unknown,
    isWanted: () => boolean
  ): Promise<{ readonly error: unknown; readonly attempts: number } | undefined> {
    const commands = group.entries.length
    let attempts = 1
    try {
      await this.#retrying.goOn({
        error,
        isTransient,
        isWanted,
        work: () => {
          attempts++
          return this.#session.commit(group.toCommit())
        },
        onRetry: (failure, attempt) =>
          this.#events.emit('command:retried', { commands, attempt, error: failure as Error })
      })
      return undefined
    } catch (last) {
      return { error: last, attempts }
    }
  }

  /** Puts the commands of a group aside instead. Rejects when the store does not take the letters either. */
  async putAside(
    group: Group,
    failure: { readonly error: unknown; readonly attempts: number }
  ): Promise<readonly DeadLetterRecord[]> {
    const letters = this.#letters.forGroup(group, failure)
    if (letters.length === 0) return letters
    await this.#session.commit({
      expectedHead: group.expectedHead,
      entries: [],
      accounts: [],
      transactions: [],
      deadLetters: letters.map(letter => ({ kept: letter })),
      head: group.base
    })
    return letters
  }
}
