import { elapsedMs } from '../timers.js'

/** Where the processor gets its time from. */
export interface Clock {
  /** Milliseconds since the epoch: an integer within the range of a `Date`. Anything else counts as no reading. */
  now(): number
  /**
   * Milliseconds of elapsed time that nobody can set, by which a wrong date is told from a long wait. Only differences
   * between two readings count.
   * @default the monotonic clock of the process
   */
  elapsed?(): number
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: elapsedMs }

/** How the processor sees its clock. */
export interface ClockState {
  /** Whether the clock counts: `false` during an unconfirmed jump, and while there is no reading. */
  readonly trusted: boolean
  /** The time that an entry would get now. */
  readonly recordedTime: Date
  /** What the clock says; `null` while it gives no sound reading. */
  readonly reading: Date | null
  /** The unconfirmed jump, and after how much more elapsed time it is taken for right. */
  readonly jump: { readonly from: Date; readonly to: Date; readonly trustedInMs: number } | null
}

/** Why a clock is trusted again: it came back, somebody said so, or elapsed time has covered the jump. */
export type TrustReason = 'returned' | 'confirmed' | 'elapsed'
