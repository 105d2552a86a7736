import { journalEntryOf, type JournalEntry } from '../audit/journal-entry.js'
import { isAborted, onAbort, reasonOf } from '../domain/abort-signal.js'
import { InvalidRequestError, invariant } from '../domain/errors.js'
import { fieldsOf, type Shape } from '../domain/known-fields.js'
import { CommandCancelledError } from '../queue/errors.js'
import type { Growth } from '../queue/growth.js'
import type { Worker } from '../queue/worker.js'
import { StoreUnavailableError } from '../store/errors.js'
import type { ChainedEntry, StoreSession } from '../store/store.js'
import { afterField, booleanField, signalField } from './fields.js'
import { outcomeOf } from './outcome-of.js'
import type { JournalQuery } from './payment-processor.js'
import { nextTurn } from '../timers.js'
import { JOURNAL_QUERY } from './shapes.js'

/** How many entries are read at once: all that a slow consumer ever keeps in memory. */
const PAGE_LENGTH = 500

interface Source {
  readonly session: Pick<StoreSession, 'journal'>
  readonly worker: Pick<Worker, 'durable' | 'stopped'> & { readonly growth: Pick<Growth, 'hasEnded' | 'on'> }
  /** The head as the queue sees it, once it is durable. */
  head(): Promise<number>
}

/**
 * The journal as an async iterator, page by page at the consumer's pace.
 *
 *     reading ⇄ waiting (only when following) → ended
 *
 * Nothing is handed over that is not durable, and nothing that is durable is withheld: an iteration that has begun comes
 * to the last durable entry even when the processor is closed, aborted or has failed meanwhile, and only then ends or
 * rejects. It holds nothing open: a consumer who never comes back costs the page that was read for it.
 */
export class JournalFeed implements AsyncIterableIterator<JournalEntry> {
  readonly #source: Source
  readonly #query: () => CheckedQuery
  readonly #entries: AsyncGenerator<JournalEntry, void, undefined>
  #hasLeft = false
  #wake: (() => void) | undefined

  /** The query is read now; what is wrong with it rejects the first `next()`. */
  constructor(source: Source, query: JournalQuery | undefined, shape: Shape = JOURNAL_QUERY) {
    this.#source = source
    this.#query = outcomeOf(() => checkedQuery(query, shape))
    this.#entries = this.#read()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<JournalEntry, void>> {
    return this.#entries.next()
  }

  /** Ends the iteration at once, also while it waits for the next entry. */
  return(): Promise<IteratorResult<JournalEntry, void>> {
    this.#hasLeft = true
    this.#wake?.()
    return this.#entries.return()
  }

  async *#read(): AsyncGenerator<JournalEntry, void, undefined> {
    const { follow, signal, after: cursor } = this.#query()
    let after = cursor
    assertWanted(signal)
    let through = await this.#source.head()
    if (follow && after > through) {
      throw new InvalidRequestError(
        `Expected after to be an entry of this journal, which ends at ${through}, got ${after}. ` +
          'Was the ledger restored from a backup that is older than this cursor?'
      )
    }
    do {
      while (after < through) {
        // A store in this process answers at once: without a turn of the event loop a long journal would hold up all else.
        await nextTurn()
        for (const chained of await this.#page(after, through)) {
          invariant(chained.entry.sequence === ++after, `the journal has a hole before entry ${chained.entry.sequence}`)
          assertWanted(signal)
          yield journalEntryOf(chained)
        }
      }
      through = follow ? await this.#durableBeyond(after, signal) : after
    } while (after < through)
  }

  async #page(after: number, through: number): Promise<readonly ChainedEntry[]> {
    let page: readonly ChainedEntry[]
    try {
      page = await this.#source.session.journal({ after, through, limit: PAGE_LENGTH })
    } catch (cause) {
      throw new StoreUnavailableError({ cause })
    }
    invariant(page.length > 0, `the journal ends at entry ${after} and not at ${through}`)
    return page
  }

  /** Waits until there is more than the consumer has seen; what it has seen when there will be no more. */
  async #durableBeyond(seen: number, signal: AbortSignal | undefined): Promise<number> {
    const { worker } = this.#source
    for (;;) {
      assertWanted(signal)
      if (worker.durable > seen) return worker.durable
      if (worker.stopped !== undefined) throw worker.stopped
      if (worker.growth.hasEnded || this.#hasLeft) return seen
      await this.#notice(signal)
    }
  }

  async #notice(signal: AbortSignal | undefined): Promise<void> {
    const { promise, wake } = promiseInHand()
    this.#wake = wake
    const stopListening = this.#source.worker.growth.on(wake)
    const stopWatching = signal && onAbort(signal, wake)
    await promise
    stopListening()
    stopWatching?.()
  }
}

interface CheckedQuery {
  readonly after: number
  readonly follow: boolean
  readonly signal: AbortSignal | undefined
}

/** @throws InvalidRequestError */
function checkedQuery(query: JournalQuery | undefined, shape: Shape): CheckedQuery {
  const { after, follow, signal } = fieldsOf(query, shape)
  return {
    after: afterField(after),
    follow: follow === undefined ? false : booleanField(follow, 'follow'),
    signal: signal === undefined ? undefined : signalField(signal)
  }
}

function assertWanted(signal: AbortSignal | undefined): void {
  if (signal !== undefined && isAborted(signal)) throw new CommandCancelledError('signal', { cause: reasonOf(signal) })
}

function promiseInHand(): { readonly promise: Promise<void>; wake(this: void): void } {
  let wake = (): void => undefined
  const promise = new Promise<void>(resolve => (wake = resolve))
  return { promise, wake }
}
