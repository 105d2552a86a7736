import type { PaymentProcessor } from 'bursar'

export const PAYERS = ['alice', 'bob', 'carol'] as const
export const OPENING_BALANCE = 1_000_000n

/** Opens the accounts of all payers, as often as anybody asks. */
export async function openPayers(processor: PaymentProcessor): Promise<void> {
  for (const accountId of PAYERS) {
    const request = { accountId, currency: 'USD', initialBalance: OPENING_BALANCE }
    await processor.createAccount({ ...request, idempotencyKey: 'opening' })
  }
}

/** Everything about a payment follows from its number, so that whoever knows the number knows the payment. */
export function numberedPayment(number: number) {
  return { accountId: accountOfPayment(number), amount: amountOfPayment(number), idempotencyKey: `payment-${number}` }
}

export function numberOfPayment(idempotencyKey: string): number {
  return Number(idempotencyKey.replace('payment-', ''))
}

export function accountOfPayment(number: number): string {
  return PAYERS[number % PAYERS.length]!
}

export function amountOfPayment(number: number): bigint {
  return BigInt(1 + (number % 7))
}
