import type { Clock } from '../queue/clock.js'

/** A clock that stands still until it is told otherwise. */
export interface ManualClock extends Clock {
  /** Moves the clock by a number of milliseconds, forwards or backwards. */
  advance(ms: number): void
  set(ms: number): void
}

/** @param startMs Milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = startMs
  return {
    now: () => now,
    advance(ms) {
      now += ms
    },
    set(ms) {
      now = ms
    }
  }
}
