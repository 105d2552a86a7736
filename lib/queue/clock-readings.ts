import { show } from '../domain/show.js'
import { elapsedMs } from '../timers.js'
import type { Clock } from './clock.js'

/** The largest time that a `Date` can hold; its negative is the smallest. */
const DATE_MAX_MS = 8_640_000_000_000_000
/** Elapsed time that falls back by less only stands still: two clocks read one after the other differ a little. */
const JITTER_MS = 1_000

/** Which method of a clock gave no sound reading, and what it gave instead. */
export interface Unreadable {
  readonly method: 'now' | 'elapsed'
  readonly found: string
}

/**
 * Reads the clock of a caller. What the clock returns is checked here and nowhere else: a reading is sound, or there is
 * none. The first bad reading of a run is reported.
 */
export class ClockReadings {
  readonly #clock: Clock
  readonly #report: (unreadable: Unreadable) => void
  readonly #isUnreadable = { now: false, elapsed: false }
  #elapsed = 0
  /** The last sound reading of elapsed time; `undefined` while the process's own clock stands in for it. */
  #last: number | undefined
  #ownLast = elapsedMs()

  constructor(clock: Clock, report: (unreadable: Unreadable) => void) {
    this.#clock = clock
    this.#report = report
  }

  /** Whether the clock tells elapsed time of its own. */
  get tellsElapsed(): boolean {
    return this.#clock.elapsed !== undefined
  }

  /** Milliseconds since the epoch; `undefined` when there is no sound reading. */
  now(): number | undefined {
    let found: unknown
    try {
      found = this.#clock.now()
    } catch (error) {
      return this.#noReading('now', thrown(error))
    }
    if (!Number.isInteger(found) || Math.abs(found as number) > DATE_MAX_MS) return this.#noReading('now', got(found))
    this.#isUnreadable.now = false
    return found as number
  }

  /** Elapsed milliseconds since some moment; never less than before. */
  elapsed(): number {
    const own = elapsedMs()
    const last = this.#last
    const reading = this.#readElapsed(last)
    if (reading !== undefined && last !== undefined) {
      this.#elapsed += Math.max(0, reading - last)
      this.#last = Math.max(reading, last)
    } else {
      this.#elapsed += Math.max(0, own - this.#ownLast)
      this.#last = reading
    }
    this.#ownLast = own
    return this.#elapsed
  }

  #readElapsed(last: number | undefined): number | undefined {
    let found: unknown
    try {
      found = this.#clock.elapsed === undefined ? elapsedMs() : this.#clock.elapsed()
    } catch (error) {
      return this.#noReading('elapsed', thrown(error))
    }
    if (!Number.isFinite(found)) return this.#noReading('elapsed', got(found))
    const reading = found as number
    // The first reading after a bad one says nothing yet: elapsed time is the difference between two.
    if (last === undefined) return reading
    if (reading < last - JITTER_MS) return this.#noReading('elapsed', `${reading} after ${last}`)
    this.#isUnreadable.elapsed = false
    return reading
  }

  #noReading(method: 'now' | 'elapsed', found: string): undefined {
    if (this.#isUnreadable[method]) return
    this.#isUnreadable[method] = true
    this.#report({ method, found })
  }
}

function got(found: unknown): string {
  // A promise is no reading, and nobody else will look at its rejection.
  if (found instanceof Promise) found.catch(() => undefined)
  return show(found)
}

function thrown(error: unknown): string {
  return `a throw of ${error instanceof Error ? error.message : show(error)}`
}
