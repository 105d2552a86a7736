const GLOBALS = [
  'Date',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask'
] as const

export interface StandingTimers {
  /** Moves the date; no timer fires. */
  setDate(ms: number): void
  restore(): void
}

/** Replaces every timer of the process, as the fake timers of a test runner do: nothing fires, and the date stands still. */
export function standingTimers(ms: number): StandingTimers {
  const real = Object.fromEntries(GLOBALS.map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)!]))
  const realNow = performance.now
  const realNextTick = process.nextTick
  let date = ms
  const RealDate = Date
  class StandingDate extends RealDate {
    constructor(given: number | string = date) {
      super(given)
    }

    static override now(): number {
      return date
    }
  }
  const never = () => ({ ref: never, unref: never, refresh: never, hasRef: () => false })
  for (const name of GLOBALS) {
    Object.defineProperty(globalThis, name, { ...real[name], value: name === 'Date' ? StandingDate : never })
  }
  performance.now = () => 0
  process.nextTick = () => undefined

  return {
    setDate: ms => void (date = ms),
    restore() {
      Object.defineProperties(globalThis, real)
      performance.now = realNow
      process.nextTick = realNextTick
    }
  }
}
