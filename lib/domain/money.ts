import { InvalidAmountError } from './errors.js'
import { itemsOf } from './known-fields.js'
import { show } from './show.js'

/** The largest amount and balance, 2^63−1 minor units: what a signed 64-bit column holds. */
export const AMOUNT_MAX = 2n ** 63n - 1n

/** Far more than anybody splits an amount into, and few enough to be counted. */
const SHARES_MAX = 1_000_000
const BALANCE_MIN = -AMOUNT_MAX

/** Whether a balance fits a signed 64-bit column, symmetrically. */
export function isBalanceInRange(balance: bigint): boolean {
  return balance <= AMOUNT_MAX && balance >= BALANCE_MIN
}

/** The nearest balance that fits. */
export function withinRange(balance: bigint): bigint {
  if (balance > AMOUNT_MAX) return AMOUNT_MAX
  return balance < BALANCE_MIN ? BALANCE_MIN : balance
}

/**
 * Splits an amount in proportion to shares, exactly: each part is rounded down, and what is left goes unit by unit to
 * the largest remainders, the first first where they are equal (Hamilton's method).
 *
 * @param amount minor units, 0 … 2^63−1
 * @param shares whole weights from 0, at least one above 0; percent, basis points or other amounts
 * @returns one part a share; their sum is the amount
 * @throws InvalidAmountError; InvalidRequestError for shares that are no list
 *
 * @example allocate(1000n, [1, 1, 1]) // [334n, 333n, 333n]
 */
export function allocate(amount: bigint, shares: readonly (bigint | number)[]): bigint[] {
  const weights = itemsOf(shares, 'shares', { min: 0, max: SHARES_MAX }).map(toWeight)
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (typeof amount !== 'bigint' || amount < 0n || amount > AMOUNT_MAX) {
    throw new InvalidAmountError(`Expected amount to be a bigint from 0 to 2^63−1, got ${show(amount)}.`)
  }
  if (total === 0n) throw new InvalidAmountError('Expected shares with at least one above 0, got none.')

  const parts = weights.map(weight => (amount * weight) / total)
  const left = amount - parts.reduce((sum, part) => sum + part, 0n)
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % total }))
    .sort((one, other) =>
      one.remainder === other.remainder ? one.index - other.index : one.remainder > other.remainder ? -1 : 1
    )
  for (const { index } of byRemainder.slice(0, Number(left))) parts[index]! += 1n
  return parts
}

function toWeight(share: unknown): bigint {
  if (typeof share === 'bigint' && share >= 0n) return share
  if (typeof share === 'number' && Number.isSafeInteger(share) && share >= 0) return BigInt(share)
  throw new InvalidAmountError(
    `Expected every share to be a whole number from 0, got ${show(share)}. Scale fractions up.`
  )
}
