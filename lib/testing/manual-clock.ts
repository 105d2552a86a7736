import type { Clock } from '../queue/clock.js'

/** A clock that stands still until it is told otherwise. */
export interface ManualClock extends Clock {
  /** Lets time pass: both the clock and elapsed time move forwards. */
  advance(ms: number): void
  /** Sets the clock, forwards or backwards, as a wrong time server would: no time has passed. */
  set(ms: number): void
}

/** @param startMs Milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = startMs
  let elapsed = 0
  return {
    now: () => now,
    elapsed: () => elapsed,
    advance(ms) {
      now += ms
      elapsed += ms
    },
    set(ms) {
      now = ms
    }
  }
}
