import { setTimeout } from '../timers.js'

export interface RetryOptions {
  /** Attempts at one commit, the first included, 1 … 100; with 1 nothing is tried again. @default 5 */
  readonly maxAttempts?: number
  /** No attempt begins later than this after the first failure, in milliseconds, 0 … 86_400_000. @default 10_000 */
  readonly totalMs?: number
  /**
   * The longest pause before the second attempt, in milliseconds, 1 … 1_000; it doubles with every further attempt up to
   * 1_000, and the pause itself is drawn evenly between nothing and that, so that several writers do not knock in step.
   * @default 50
   */
  readonly delayMs?: number
}

/** Bounds how long a processor that is told to abort goes on waiting for the next attempt. */
const DELAY_MAX_MS = 1_000

interface Attempts<T> {
  /** Why the first attempt failed. */
  readonly error: unknown
  /** One more attempt. */
  readonly work: () => Promise<T>
  readonly isTransient: (error: unknown) => boolean
  /** Asked before each attempt. */
  readonly isWanted: () => boolean
  /** Told before each pause which attempt has just failed, from 1. */
  readonly onRetry: (error: unknown, attempt: number) => void
}

/** Tries again what failed for the moment only: exponential backoff with full jitter, within bounds. */
export class Retrying {
  readonly #options: Required<RetryOptions>
  readonly #elapsed: () => number

  /** @param elapsed Milliseconds of elapsed time */
  constructor(options: Required<RetryOptions>, elapsed: () => number) {
    this.#options = options
    this.#elapsed = elapsed
  }

  /** Takes over after a first failure. Resolves with what an attempt comes to; rejects with the last failure. */
  async goOn<T>({ error, work, isTransient, isWanted, onRetry }: Attempts<T>): Promise<T> {
    const { maxAttempts, totalMs, delayMs } = this.#options
    const startedAt = this.#elapsed()
    let failure = error
    const isWorthIt = () => isTransient(failure) && isWanted() && this.#elapsed() - startedAt < totalMs
    for (let attempt = 1; attempt < maxAttempts && isWorthIt(); attempt++) {
      onRetry(failure, attempt)
      const pauseMs = Math.random() * Math.min(delayMs * 2 ** (attempt - 1), DELAY_MAX_MS)
      await new Promise(resolve => setTimeout(resolve, pauseMs))
      // The pause may have been longer than what was left of the time.
      if (!isWorthIt()) break
      try {
        return await work()
      } catch (latest) {
        failure = latest
      }
    }
    throw failure
  }
}
