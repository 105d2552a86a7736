/** The largest amount and balance, 2^63−1 minor units: what a signed 64-bit column holds. */
export const AMOUNT_MAX = 2n ** 63n - 1n

/** Whether a balance fits a signed 64-bit column, symmetrically. */
export function isBalanceInRange(balance: bigint): boolean {
  return balance <= AMOUNT_MAX && balance >= -AMOUNT_MAX
}
