import { assertApproved, type PaymentProcessor, type Transaction } from 'bursar'
import { median } from '../statistics.js'
import { openLedger } from './open-ledger.js'
import type { Plan } from './plan.js'

const SAMPLES_MAX = 400

/** Median milliseconds from call to answer, one call at a time. */
export interface AgeLatencies {
  readonly oldestRefundMs: number
  readonly newestRefundMs: number
  readonly oldestReplayMs: number
  readonly newestReplayMs: number
}

/** Refunds and repeats the first payments of a ledger and its last ones, in turn. */
export async function measureAge(path: string, { accounts }: Plan): Promise<AgeLatencies> {
  const processor = await openLedger(path)
  const { sequence } = await processor.getBalance('@funding')
  const samples = Math.min(SAMPLES_MAX, Math.floor((sequence - accounts) / 4))
  const oldest = await payments(processor, { after: accounts, limit: samples })
  const newest = (await payments(processor, { after: sequence - 2 * samples, limit: 2 * samples })).slice(-samples)
  const pairs = oldest.map((old, index) => [old, newest[index]!] as const)
  const replays = await inTurn(pairs, payment => replay(processor, payment))
  const refunds = await inTurn(pairs, payment => refund(processor, payment, sequence))
  await processor.close()
  return {
    oldestRefundMs: refunds.oldest,
    newestRefundMs: refunds.newest,
    oldestReplayMs: replays.oldest,
    newestReplayMs: replays.newest
  }
}

/** Payments that anything is left to refund of. */
async function payments(
  processor: PaymentProcessor,
  query: { readonly after: number; readonly limit: number }
): Promise<readonly Transaction[]> {
  const found: Transaction[] = []
  for await (const transaction of processor.listTransactions({ ...query, kind: 'payment' })) {
    if (transaction.refundable! > 0n) found.push(transaction)
  }
  return found
}

async function inTurn(
  pairs: readonly (readonly [Transaction, Transaction])[],
  call: (payment: Transaction) => Promise<void>
): Promise<{ readonly oldest: number; readonly newest: number }> {
  const times: [number[], number[]] = [[], []]
  for (const pair of pairs) {
    for (const [side, payment] of pair.entries()) {
      const called = performance.now()
      await call(payment)
      times[side]!.push(performance.now() - called)
    }
  }
  return { oldest: median(times[0]), newest: median(times[1]) }
}

async function replay(processor: PaymentProcessor, { accountId, amount, idempotencyKey }: Transaction): Promise<void> {
  const answer = await processor.processPayment({ accountId, amount, idempotencyKey: idempotencyKey! })
  if (!answer.replayed) throw new Error(`Expected ${idempotencyKey} to replay, got a payment.`)
}

async function refund(
  processor: PaymentProcessor,
  { accountId, transactionId }: Transaction,
  run: number
): Promise<void> {
  const idempotencyKey = `refund-${run}-${transactionId}`
  assertApproved(
    await processor.refundPayment({ accountId, amount: 1n, idempotencyKey, originalTransactionId: transactionId })
  )
}
