/**
 * The timers of the process as they were when this module was loaded. Test runners replace the global ones with timers
 * that stand still; a ledger that asked those would never answer. Everything in the library takes its timers from here.
 *
 * `Date` is left to them: a test that sets the date means the date that the ledger records.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask } = globalThis

const { now: dateNow } = Date
const { performance } = globalThis
const performanceNow = performance.now

/** Milliseconds that pass at the pace of time and that nobody can set. */
export function monotonicMs(): number {
  return performanceNow.call(performance)
}

/**
 * Elapsed time, in milliseconds. Where a test runner has replaced `Date`, it passes as that date does: a test that goes
 * a month ahead means that a month has passed.
 */
export function elapsedMs(): number {
  return Date.now === dateNow ? monotonicMs() : monotonicMs() + Date.now() - dateNow()
}

/** Gives everything else that waits for the event loop its turn. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
