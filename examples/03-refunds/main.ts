import { openPaymentProcessor, TransactionNotFoundError, type PaymentResult } from 'bursar'

const processor = await openPaymentProcessor()
await processor.createAccount({ accountId: 'alice', currency: 'EUR', initialBalance: 100_00n })
await processor.createAccount({ accountId: 'bob', currency: 'EUR' })
await processor.createAccount({ accountId: 'bookshop', currency: 'EUR' })

const payment = await processor.processPayment({
  accountId: 'alice',
  amount: 60_00n,
  payee: 'bookshop',
  idempotencyKey: 'order-7'
})
if (!payment.success) throw new Error(`Expected the payment to succeed, got ${payment.code}.`)
const { transactionId: originalTransactionId } = payment

function show(title: string, result: PaymentResult): void {
  const outcome = result.success ? 'approved' : result.code
  console.log(`${title}: ${outcome}, amount ${result.amount}, refundable ${result.refundable ?? '-'}`)
}

// One book comes back, then another: every refund says what may still be refunded.
const refund = { accountId: 'alice', originalTransactionId }
show('first book', await processor.refundPayment({ ...refund, amount: 20_00n, idempotencyKey: 'return-1' }))
show('second book', await processor.refundPayment({ ...refund, amount: 15_00n, idempotencyKey: 'return-2' }))

// More than what remains is declined; without an amount, all that remains comes back.
show('too much', await processor.refundPayment({ ...refund, amount: 30_00n, idempotencyKey: 'return-3' }))
show('the rest', await processor.refundPayment({ ...refund, idempotencyKey: 'return-4' }))
show('once more', await processor.refundPayment({ ...refund, idempotencyKey: 'return-5' }))

// The transaction of somebody else looks exactly like one that does not exist.
try {
  await processor.refundPayment({ ...refund, accountId: 'bob', idempotencyKey: 'return-6' })
} catch (error) {
  if (!(error instanceof TransactionNotFoundError)) throw error
  console.log('for bob:', error.code)
}

for (const accountId of ['alice', 'bob', 'bookshop']) {
  console.log(accountId, 'has', (await processor.getBalance(accountId)).posted)
}
await processor.close()
