import { formatMoney, openPaymentProcessor } from 'bursar'

// Without a store the ledger lives in memory: good for a first look, gone when the program ends.
const processor = await openPaymentProcessor()

// Amounts are whole minor units: 100_00n is 100.00 USD.
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })

const payment = await processor.processPayment({ accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-42' })
console.log('order-42:', payment.message)

// A rule of the ledger that says no is an ordinary answer, not an exception.
const tooMuch = await processor.processPayment({ accountId: 'alice', amount: 500_00n, idempotencyKey: 'order-43' })
console.log('order-43:', tooMuch.message)
if (!tooMuch.success) console.log('order-43:', tooMuch.code)

// Where the money went: payments without a payee are collected in the settlement account.
const alice = await processor.getBalance('alice')
const settlement = await processor.getBalance('@settlement')
console.log('alice has', formatMoney(alice.available, alice.currency), alice.currency)
console.log('to settle', formatMoney(settlement.posted, settlement.currency), settlement.currency)
console.log('transactions:', await processor.getTransactionCount())

await processor.close()
