import { AccountNotFoundError, assertApproved, type PaymentProcessor } from 'bursar'
import { callMany } from './callers.js'
import { accountIdOf, expectedBooks, INITIAL_BALANCE, paymentOf, type Plan } from './plan.js'

const IN_FLIGHT = 2_000
/** How many calls pass between two looks at how far the build is. */
const CALLS_PER_REPORT = 10_000

export interface BuildStep {
  readonly done: number
  readonly phase: 'accounts' | 'payments' | 'balances'
}

/** How many steps a whole build has: one for each account to open, payment to make and balance to check. */
export function buildLength({ accounts, transactions }: Plan): number {
  return accounts + transactions + accounts
}

/**
 * Makes what is missing of a planned ledger, through the public interface, and checks every balance. The queue keeps the
 * order of the calls, so that what a stopped build left is the first part of the plan; it goes on a little before its
 * end, where the keys replay. Resolves with whether anything was built: a complete ledger is not checked again, since
 * measuring it adds payments that are not in the plan.
 */
export async function buildLedger(
  processor: PaymentProcessor,
  plan: Plan,
  onStep: (step: BuildStep) => void
): Promise<boolean> {
  const found = await contentsOf(processor)
  if (found.accounts > plan.accounts || (found.payments > 0 && found.accounts < plan.accounts)) {
    throw new RangeError(
      `Expected a ledger of ${plan.accounts} accounts, got ${found.accounts}. Choose another --path, or its --accounts.`
    )
  }
  if (found.payments > plan.transactions) return false
  const report = (phase: BuildStep['phase'], before: number) => (number: number) => {
    if (number % CALLS_PER_REPORT === 0) onStep({ phase, done: before + number })
  }
  const onAccount = report('accounts', 0)
  await callMany({ from: resumeAt(found.accounts), to: plan.accounts, inFlight: IN_FLIGHT }, async account => {
    const request = { accountId: accountIdOf(account), currency: 'USD', initialBalance: INITIAL_BALANCE }
    await processor.createAccount({ ...request, idempotencyKey: 'opening' })
    onAccount(account)
  })
  const onPayment = report('payments', plan.accounts)
  await callMany({ from: resumeAt(found.payments), to: plan.transactions, inFlight: IN_FLIGHT }, async payment => {
    assertApproved(await processor.processPayment(paymentOf(plan, payment)))
    onPayment(payment)
  })
  await checkBalances(processor, plan, report('balances', plan.accounts + plan.transactions))
  return true
}

/** What a ledger of this kind has in it: every entry that is no transaction opened an account. */
async function contentsOf(processor: PaymentProcessor): Promise<{ accounts: number; payments: number }> {
  const payments = await processor.getTransactionCount()
  try {
    return { accounts: (await processor.getBalance('@funding')).sequence - payments, payments }
  } catch (error) {
    if (error instanceof AccountNotFoundError) return { accounts: 0, payments: 0 }
    throw error
  }
}

function resumeAt(found: number): number {
  return Math.max(found - IN_FLIGHT, 0)
}

async function checkBalances(
  processor: PaymentProcessor,
  plan: Plan,
  onAccount: (account: number) => void
): Promise<void> {
  const { paid, received } = expectedBooks(plan, plan.transactions)
  expectEqual('payments', await processor.getTransactionCount(), plan.transactions)
  expectEqual('received', (await processor.getBalance('@settlement')).posted, BigInt(received))
  await callMany({ from: 0, to: plan.accounts, inFlight: IN_FLIGHT }, async account => {
    const { posted } = await processor.getBalance(accountIdOf(account))
    expectEqual(`balance of ${accountIdOf(account)}`, posted, INITIAL_BALANCE - BigInt(paid[account]!))
    onAccount(account)
  })
}

function expectEqual<T>(what: string, actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`Wrong books: expected ${what} to be ${expected}, got ${actual}.`)
}
