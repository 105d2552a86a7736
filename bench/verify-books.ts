import type { Job } from './job.js'
import type { Books } from './peers/peer.js'

/** Compares a peer's final books with what the job must have left behind. Throws at the first difference. */
export function verifyBooks(job: Job, approved: number, books: Books | null): void {
  expectEqual('approved payments', approved, job.payments)
  if (books === null) return
  expectEqual('recorded payments', books.payments, job.payments)
  expectEqual('received', books.received, BigInt(job.payments))
  expectEqual('accounts', books.balances.size, job.accounts.length)
  for (const [accountId, expected] of expectedBalances(job)) {
    expectEqual(`balance of ${accountId}`, books.balances.get(accountId), expected)
  }
}

function expectedBalances(job: Job): ReadonlyMap<string, bigint> {
  const balances = new Map(job.accounts.map(accountId => [accountId, job.initialBalance]))
  for (let payment = 0; payment < job.payments; payment++) {
    const accountId = job.accountOf(payment)
    balances.set(accountId, balances.get(accountId)! - 1n)
  }
  return balances
}

function expectEqual<T>(what: string, actual: T | undefined, expected: T): void {
  if (actual !== expected) throw new Error(`Wrong books: expected ${what} to be ${expected}, got ${actual}.`)
}
