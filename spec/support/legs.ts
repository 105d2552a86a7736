import type { Approved, PaymentProcessor, PaymentResult } from 'bursar'

export type Leg = { readonly from: string; readonly to: string; readonly amount: bigint; readonly currency: string }

export function leg(from: string, to: string, amount: bigint, currency = 'USD'): Leg {
  return { from, to, amount, currency }
}

/** Posts legs for Alice. */
export function post(bursar: PaymentProcessor, legs: readonly Leg[], idempotencyKey = 'post') {
  return bursar.postTransaction({ accountId: 'alice', legs, idempotencyKey })
}

export async function posted(bursar: PaymentProcessor, ...accountIds: readonly string[]): Promise<readonly bigint[]> {
  const balances = await Promise.all(accountIds.map(accountId => bursar.getBalance(accountId)))
  return balances.map(balance => balance.posted)
}

/** Refunds of a transaction, each with a key of its own. */
export function refunding(bursar: PaymentProcessor, paid: Approved) {
  let count = 0
  return (request: { leg?: number; amount?: bigint }): Promise<PaymentResult> => {
    const idempotencyKey = `refund of ${paid.sequence}, ${++count}`
    return bursar.refundPayment({
      accountId: 'alice',
      originalTransactionId: paid.transactionId,
      idempotencyKey,
      ...request
    })
  }
}
