import type { AccountPattern, Trial } from './trial.js'

/** How many accounts the payments are spread over, unless all of them hit one. */
export const ACCOUNTS = 10_000

/** The work that every peer does: payments of one minor unit, each under an idempotency key of its own. */
export interface Job {
  readonly accounts: readonly string[]
  /** Minor units on every account before the first payment; more than all payments together. */
  readonly initialBalance: bigint
  /** Warm-up included. */
  readonly payments: number
  /** Where a peer that keeps files puts them. */
  readonly directory: string
  accountOf(payment: number): string
  keyOf(payment: number): string
  /** Has something undone when the trial ends, however it ends; the last first. */
  atEnd(cleanUp: CleanUp): void
}

export type CleanUp = () => Promise<void>

export function createJob(
  trial: Pick<Trial, 'accounts' | 'payments' | 'warmUp'>,
  directory: string,
  atEnd: (cleanUp: CleanUp) => void
): Job {
  const accounts = accountIds(trial.accounts)
  return {
    accounts,
    initialBalance: 1_000_000_000n,
    payments: trial.warmUp + trial.payments,
    directory,
    accountOf: payment => accounts[scatter(payment) % accounts.length]!,
    keyOf: payment => `order-${payment}`,
    atEnd
  }
}

function accountIds(pattern: AccountPattern): readonly string[] {
  return Array.from({ length: pattern === 'hot' ? 1 : ACCOUNTS }, (_, index) => `account-${index}`)
}

/**
 * Mixes the bits of a number, so that payments hit the accounts as if at random (two callers do meet at one account now
 * and then), yet every peer and every run sees the same order.
 */
function scatter(payment: number): number {
  let bits = Math.imul(payment ^ (payment >>> 15), 0x2c1b3c6d)
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39)
  return (bits ^ (bits >>> 15)) >>> 0
}
