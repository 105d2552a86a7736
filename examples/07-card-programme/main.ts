import { assertApproved, formatMoney, openPaymentProcessor } from 'bursar'
import { manualClock } from 'bursar/testing'

const DAY_MS = 24 * 60 * 60 * 1000
// A clock that stands still until it is told otherwise, so that a week passes at once.
const clock = manualClock()
const processor = await openPaymentProcessor({ clock })
const card = { accountId: 'card:4711', currency: 'EUR' }
await processor.createAccount({ ...card, initialBalance: 200_00n })
for (const accountId of ['petrol-station', 'bookshop', 'car-rental']) {
  await processor.createAccount({ accountId, currency: 'EUR' })
}

async function show(what: string): Promise<void> {
  const { posted, held, available } = await processor.getBalance(card.accountId)
  const [total, reserved, free] = [posted, held, available].map(amount =>
    formatMoney(amount, card.currency).padStart(6)
  )
  console.log(`${what.padEnd(34)} posted ${total}  held ${reserved}  available ${free}`)
}

/** The card network asks whether a card may pay; its own reference is the key, so that a repeated message is harmless. */
async function authorize(payee: string, amount: bigint, reference: string): Promise<string> {
  const request = { ...card, payee, amount, idempotencyKey: `auth:${reference}`, expiresInMs: 7 * DAY_MS }
  const authorization = await processor.authorizePayment(request)
  // Here a decline would be a mistake of the example, so it may end the program.
  assertApproved(authorization)
  return authorization.transactionId
}
await show('a new card')

// At the pump nobody knows the price yet: the most it can be is reserved, what it was is captured.
const fuel = await authorize('petrol-station', 120_00n, 'N-1001')
await show('petrol: authorized')
const fill = { ...card, authorizationId: fuel, amount: 63_40n, idempotencyKey: 'clear:N-1001' }
const filled = await processor.capturePayment(fill)
assertApproved(filled)
await show('petrol: captured in part')

// The network sends its clearing file twice. The second time nothing is executed.
const again = await processor.capturePayment(fill)
console.log('the same clearing again: replayed', again.replayed)

// Money that was captured goes back by a refund of the capture.
const back = { ...card, amount: 3_40n, originalTransactionId: filled.transactionId, idempotencyKey: 'return:R-1' }
const refund = await processor.refundPayment(back)
assertApproved(refund)
console.log('refundable after the refund:', refund.refundable)
await show('petrol: a part refunded')

// Money that is only held is released by a void.
const novel = await authorize('bookshop', 24_90n, 'N-1002')
await show('book: authorized')
await processor.voidPayment({ accountId: card.accountId, authorizationId: novel, idempotencyKey: 'reversal:N-1002' })
await show('book: out of stock, voided')

// A hold that nobody ends does so by itself, and its deadline is exact.
const rental = await authorize('car-rental', 100_00n, 'N-1003')
await show('car: authorized')
clock.advance(7 * DAY_MS)
const late = await processor.capturePayment({ ...card, authorizationId: rental, idempotencyKey: 'clear:N-1003' })
console.log('car: cleared after a week:', late.success ? late.message : late.code)
await show('car: expired')

for await (const { kind, amount, holdStatus } of processor.listTransactions({ accountId: card.accountId })) {
  const text = formatMoney(amount, card.currency).padStart(6)
  console.log(`${kind.padEnd(13)} ${text}${holdStatus === undefined ? '' : `  ${holdStatus}`}`)
}
await processor.close()
