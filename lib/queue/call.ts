import { onAbort, reasonOf } from '../domain/abort-signal.js'
import { CommandCancelledError } from './errors.js'

export interface CallerOptions {
  readonly signal?: AbortSignal | undefined
  /** By elapsed time, which no wrong date moves; execution must start before it. */
  readonly deadlineAt?: number | undefined
}

/** The two ends of the promise that was made last: an executor for all, instead of a closure for each. */
let resolveLatest: (value: never) => void
let rejectLatest: (error: unknown) => void
const keepEnds = (resolve: (value: never) => void, reject: (error: unknown) => void) => {
  resolveLatest = resolve
  rejectLatest = reject
}

/** Where calls come in. */
export interface CallOrigin {
  /** Told once, when the caller has its answer, in whatever way. */
  onSettled(call: Pick<Call<unknown>, 'leave'>): void
}

/**
 * A promise made to a caller, with a place of its own in the queue.
 *
 * waiting → started → settled. The caller may give up while the call is waiting; once it has started, it gets the real
 * answer. Callers who ask for the same under the same key do not share a call: each waits in its own place, the first
 * that is executed does what they ask for, and the others find that in the key. So whoever gives up takes nobody along,
 * and the next one executes its own command at its own place.
 */
export abstract class Call<T> {
  /** To be called once when this call has come to its end, where it holds one of the last places. */
  leave: (() => void) | undefined
  readonly #origin: CallOrigin
  #options: CallerOptions | undefined
  #resolve: (value: T) => void
  #reject: (error: unknown) => void
  #stopListening: (() => void) | undefined
  #state: 'waiting' | 'started' | 'settled' = 'waiting'
  /** What the caller waits for. */
  readonly answer: Promise<T>

  constructor(origin: CallOrigin, options?: CallerOptions) {
    this.#origin = origin
    this.#options = options
    this.answer = new Promise<T>(keepEnds)
    this.#resolve = resolveLatest as (value: T) => void
    this.#reject = rejectLatest
    if (options?.signal !== undefined) this.#listen(options.signal)
  }

  get isSettled(): boolean {
    return this.#state === 'settled'
  }

  #listen(signal: AbortSignal): void {
    this.#stopListening = onAbort(signal, () => {
      // Whoever was answered or refused listens no more.
      if (this.#state === 'waiting') this.reject(new CommandCancelledError('signal', { cause: reasonOf(signal) }))
    })
  }

  /** Starts the call, unless nobody waits for it any more. */
  begin(time: { elapsed(): number }): boolean {
    if (this.#state === 'settled') return false
    this.#state = 'started'
    const deadlineAt = this.#options?.deadlineAt
    if (deadlineAt === undefined || deadlineAt > time.elapsed()) return true
    this.reject(new CommandCancelledError('deadline'))
    return false
  }

  resolve(): void {
    if (this.#settle()) this.#resolve(this.answerNow())
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#reject(error)
  }

  /** What the caller hears of what was done. */
  protected abstract answerNow(): T

  /** @returns whether it was not settled before */
  #settle(): boolean {
    if (this.#state === 'settled') return false
    this.#state = 'settled'
    this.#stopListening?.()
    this.#options = undefined
    this.#origin.onSettled(this)
    return true
  }
}
