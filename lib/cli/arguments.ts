import { formatMoney } from '../index.js'
import { UsageError } from './exit-code.js'

/** The meaning of single arguments; each throws `UsageError` for text that has none. */

export function wholeNumber(option: string, text: string, range: { least: bigint; most: bigint }): bigint {
  const { least, most } = range
  const value = /^\d{1,19}$/.test(text) ? BigInt(text) : undefined
  if (value !== undefined && value >= least && value <= most) return value
  throw new UsageError(`Expected ${option} to be a whole number from ${least} to ${most}, got ${JSON.stringify(text)}.`)
}

/** A sequence of the ledger, or a number of things. */
export function count(option: string, text: string, least = 0): number {
  return Number(wholeNumber(option, text, { least: BigInt(least), most: BigInt(Number.MAX_SAFE_INTEGER) }))
}

export function knownCurrency(code: string): string {
  try {
    formatMoney(0n, code)
    return code
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** A day is its first moment in UTC. A moment names its offset, because every machine has another local time. */
export function time(option: string, text: string): Date {
  if (MOMENT.test(text) || DAY.test(text)) {
    const value = new Date(text)
    // The calendar has no 31 February, although `Date` would count on into March.
    const isInCalendar = new Date(`${text.slice(0, 10)}T00:00Z`).toJSON()?.startsWith(text.slice(0, 10)) ?? false
    if (isInCalendar && Number.isFinite(value.getTime())) return value
  }
  throw new UsageError(
    `Expected ${option} to be a day such as 2026-01-31 (UTC) or a moment such as 2026-01-31T12:00:00Z, ` +
      `got ${JSON.stringify(text)}.`
  )
}
