import type { PaymentProcessor } from 'bursar'

/** Makes one command of everything that can become of one, so that whatever can be measured is. */
export async function everyOutcome(bursar: PaymentProcessor): Promise<void> {
  const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'payment' }
  await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
  await bursar.processPayment(payment)
  await bursar.processPayment(payment)
  await bursar.processPayment({ ...payment, amount: 2n }).catch(() => undefined)
  await bursar.processPayment({ ...payment, amount: 100n, idempotencyKey: 'declined' })
}
