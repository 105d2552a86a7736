import { IdempotencyConflictError, openPaymentProcessor, type PaymentResult } from 'bursar'

const processor = await openPaymentProcessor()
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })

const order = { accountId: 'alice', amount: 30_00n, idempotencyKey: 'order-1' } as const
const show = (title: string, result: PaymentResult): void => {
  console.log(`${title}: ${result.message} (replayed: ${result.replayed})`)
}

// The answer got lost on its way, so the caller asks again with the same key.
const first = await processor.processPayment(order)
const second = await processor.processPayment(order)
show('first', first)
show('second', second)
console.log('same transaction:', first.transactionId === second.transactionId)

// Two at once, say from an impatient double click: one executes, the other joins it.
const click = { ...order, idempotencyKey: 'order-2' }
const clicks = await Promise.all([processor.processPayment(click), processor.processPayment(click)])
console.log('clicks replayed:', clicks.map(({ replayed }) => replayed).join(', '))

// The same key for something else is a mistake of the caller. Nothing is executed.
try {
  await processor.processPayment({ ...order, amount: 31_00n })
} catch (error) {
  if (!(error instanceof IdempotencyConflictError)) throw error
  console.log('conflict in:', error.fields.join(', '))
}

// A decline does not use the key up: once there is money, the same key succeeds.
const large = { ...order, amount: 80_00n, idempotencyKey: 'order-3' }
show('without money', await processor.processPayment(large))
await processor.deposit({ accountId: 'alice', amount: 50_00n, idempotencyKey: 'salary' })
show('with money', await processor.processPayment(large))

const { posted } = await processor.getBalance('alice')
console.log('posted:', posted)
await processor.close()
