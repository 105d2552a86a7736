import { assertApproved, openPaymentProcessor } from 'bursar'
import { manualClock } from 'bursar/testing'
import { printStatement } from './print-statement.js'

const clock = manualClock(Date.UTC(2026, 0, 10, 9))
const processor = await openPaymentProcessor({ clock })
const alice = { accountId: 'alice' }
await processor.createAccount({ ...alice, currency: 'USD', initialBalance: 500_00n })
await processor.createAccount({ accountId: 'landlord', currency: 'USD' })

// January: before the statement, and yet part of its opening balance.
clock.advanceTo(Date.UTC(2026, 0, 31, 23, 59, 59, 999))
await processor.processPayment({ ...alice, amount: 120_00n, idempotencyKey: 'dinner' })

// February: on its first millisecond, in between, and on its last.
clock.advanceTo(Date.UTC(2026, 1, 1))
const rent = { ...alice, to: 'landlord', amount: 300_00n, metadata: { text: 'rent' }, idempotencyKey: 'rent-02' }
await processor.transfer(rent)
clock.advanceTo(Date.UTC(2026, 1, 3))
await processor.deposit({ ...alice, amount: 1_850_00n, metadata: { text: 'salary' }, idempotencyKey: 'salary-02' })
clock.advanceTo(Date.UTC(2026, 1, 8))
const shoes = await processor.processPayment({
  ...alice,
  amount: 89_90n,
  metadata: { text: 'shoes' },
  idempotencyKey: 'shoes'
})
assertApproved(shoes)
clock.advanceTo(Date.UTC(2026, 1, 9))
// A decline moves nothing and is on no statement.
await processor.processPayment({ ...alice, amount: 9_999_00n, idempotencyKey: 'yacht' })
clock.advanceTo(Date.UTC(2026, 1, 12))
const hold = await processor.authorizePayment({ ...alice, amount: 200_00n, idempotencyKey: 'hotel' })
assertApproved(hold)
clock.advanceTo(Date.UTC(2026, 1, 14))
const stay = { ...alice, authorizationId: hold.transactionId, amount: 164_50n, metadata: { text: 'hotel' } }
await processor.capturePayment({ ...stay, idempotencyKey: 'hotel-out' })
clock.advanceTo(Date.UTC(2026, 1, 20))
const back = { ...alice, originalTransactionId: shoes.transactionId, metadata: { text: 'shoes, returned' } }
await processor.refundPayment({ ...back, idempotencyKey: 'shoes-back' })
clock.advanceTo(Date.UTC(2026, 1, 28, 23, 59, 59, 999))
await processor.processPayment({ ...alice, amount: 12_00n, metadata: { text: 'cinema' }, idempotencyKey: 'cinema' })

// March: no longer part of it.
clock.advanceTo(Date.UTC(2026, 2, 1))
await processor.transfer({ ...rent, idempotencyKey: 'rent-03' })

await printStatement(processor, { ...alice, from: new Date(Date.UTC(2026, 1, 1)), to: new Date(Date.UTC(2026, 2, 1)) })
await processor.close()
