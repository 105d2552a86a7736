import { assertApproved } from 'bursar'
import { callMany } from './callers.js'
import { openLedger } from './open-ledger.js'
import { accountIdOf, INITIAL_BALANCE, paymentOf, type Plan } from './plan.js'

const IN_FLIGHT = 1_000
const WARM_UP_SHARE = 0.2
/** How many accounts pay where the size of the ledger is to make no difference: as many as in the benchmarks. */
const FEW_ACCOUNTS = 10_000

export interface Served {
  /** From the call that opens the ledger to the answer of the first payment. */
  readonly openToFirstPaymentMs: number
  readonly openedRssMb: number
  readonly servedRssMb: number
  /** The most that the process ever had, its start included. */
  readonly peakRssMb: number
  readonly perSecond: number
}

/** Opens a ledger and makes new payments from all its accounts at random. */
export async function serve(path: string, plan: Plan, payments: number): Promise<Served> {
  const started = performance.now()
  const processor = await openLedger(path)
  const openedRssMb = rssMb()
  const run = `load-${await processor.getTransactionCount()}`
  const pay = async (payment: number) =>
    assertApproved(await processor.processPayment({ ...paymentOf(plan, payment), idempotencyKey: `${run}-${payment}` }))
  await pay(0)
  const openToFirstPaymentMs = performance.now() - started
  const warmUp = Math.ceil(payments * WARM_UP_SHARE)
  await callMany({ from: 1, to: warmUp, inFlight: IN_FLIGHT }, pay)
  const measuredFrom = performance.now()
  await callMany({ from: warmUp, to: warmUp + payments, inFlight: IN_FLIGHT }, pay)
  const perSecond = (payments / (performance.now() - measuredFrom)) * 1_000
  const servedRssMb = rssMb()
  await processor.close()
  return {
    openToFirstPaymentMs,
    openedRssMb,
    servedRssMb,
    peakRssMb: process.resourceUsage().maxRSS / 1_024,
    perSecond
  }
}

/** The same from a few accounts only, scattered over the ledger. */
export function serveFew(path: string, { accounts }: Plan, payments: number): Promise<Served> {
  const few = Math.min(FEW_ACCOUNTS, accounts)
  return serve(path, { accounts: few, transactions: 0, stride: Math.floor(accounts / few) }, payments)
}

/** The same in a new file that has no more than those few accounts: what size is compared with. */
export async function serveEmpty(path: string, { accounts }: Plan, payments: number): Promise<Served> {
  const plan = { accounts: Math.min(FEW_ACCOUNTS, accounts), transactions: 0 }
  await openAccounts(path, plan.accounts)
  return serve(path, plan, payments)
}

/** Payments from all accounts at random in a file that has all of them, and had no payment before. */
export async function serveUnpaid(path: string, { accounts }: Plan, payments: number): Promise<Served> {
  await openAccounts(path, accounts)
  return serve(path, { accounts, transactions: 0 }, payments)
}

async function openAccounts(path: string, accounts: number): Promise<void> {
  await using processor = await openLedger(path)
  await callMany({ from: 0, to: accounts, inFlight: IN_FLIGHT }, async account => {
    const request = { accountId: accountIdOf(account), currency: 'USD', initialBalance: INITIAL_BALANCE }
    await processor.createAccount({ ...request, idempotencyKey: 'opening' })
  })
}

function rssMb(): number {
  return process.memoryUsage.rss() / 2 ** 20
}
