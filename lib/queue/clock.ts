import { elapsedMs } from '../timers.js'

/** Where the processor gets its time from. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Milliseconds of elapsed time that nobody can set, to tell a wrong clock from a long wait.
   * @default the monotonic clock of the process
   */
  elapsed?(): number
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: elapsedMs }

const JUMP_MAX_MS = 60 * 60 * 1000

/**
 * Watches a clock for jumps: more than an hour ahead of elapsed time.
 *
 * trusted → jumped → trusted again, once the new time is confirmed or elapsed time has caught up with it.
 */
export class ClockGuard {
  readonly #clock: Clock
  readonly #onJump: (jump: { readonly from: Date; readonly to: Date }) => void
  /** The last time that could be trusted, by the clock and by elapsed time. */
  #now: number
  #elapsed: number
  #hasJumped = false

  constructor(clock: Clock, onJump: (jump: { readonly from: Date; readonly to: Date }) => void) {
    this.#clock = clock
    this.#onJump = onJump
    this.#now = clock.now()
    this.#elapsed = this.#elapsedMs()
  }

  /** Whether time may be acted upon where nobody asked for it. */
  isTrusted(): boolean {
    const now = this.#clock.now()
    const expected = this.#now + (this.#elapsedMs() - this.#elapsed)
    if (now - expected <= JUMP_MAX_MS) {
      this.#trust(now)
      return true
    }
    if (!this.#hasJumped) this.#onJump({ from: new Date(expected), to: new Date(now) })
    this.#hasJumped = true
    return false
  }

  /** Takes the present time for right. */
  confirm(): void {
    this.#trust(this.#clock.now())
  }

  #trust(now: number): void {
    this.#now = now
    this.#elapsed = this.#elapsedMs()
    this.#hasJumped = false
  }

  #elapsedMs(): number {
    return this.#clock.elapsed?.() ?? elapsedMs()
  }
}
