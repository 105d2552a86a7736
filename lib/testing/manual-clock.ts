import type { Clock } from '../queue/clock.js'

/** A clock that stands still until it is told otherwise. */
export interface ManualClock extends Clock {
  elapsed(): number
  /**
   * Lets time pass: both the clock and elapsed time move forwards. A negative `ms` sets the clock back, and elapsed time
   * stands still until the clock has made up for it.
   */
  advance(ms: number): void
  /** Lets time pass until the clock shows this. */
  advanceTo(ms: number): void
  /** Sets the clock, forwards or backwards, as a wrong time server would: no time has passed. */
  set(ms: number): void
  /** Lets the machine sleep: the clock moves forwards, and elapsed time does not count it. */
  sleep(ms: number): void
  /**
   * From now on `now` or `elapsed` returns this instead of a reading, or throws it when it is an `Error`. Returns the
   * repair.
   */
  break(found: unknown, method?: 'now' | 'elapsed'): () => void
}

/** @param startMs Milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = startMs
  let advanced = 0
  let elapsed = 0
  const broken = new Map<'now' | 'elapsed', unknown>()

  /** The clock's reading is a number as long as nobody has broken it. */
  function read(method: 'now' | 'elapsed', reading: number): number {
    if (!broken.has(method)) return reading
    const found = broken.get(method)
    if (found instanceof Error) throw found
    return found as number
  }

  function advance(ms: number): void {
    now += ms
    advanced += ms
    elapsed = Math.max(elapsed, advanced)
  }

  return {
    now: () => read('now', now),
    elapsed: () => read('elapsed', elapsed),
    advance,
    advanceTo: ms => advance(ms - now),
    set: ms => void (now = ms),
    sleep: ms => void (now += ms),
    break(found, method = 'now') {
      broken.set(method, found)
      return () => void broken.delete(method)
    }
  }
}
