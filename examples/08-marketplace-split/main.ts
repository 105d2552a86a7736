import { allocate, assertApproved, formatMoney, openPaymentProcessor } from 'bursar'

const processor = await openPaymentProcessor()
const buyer = 'buyer:ann'
for (const accountId of ['shop:tea', 'shop:cups', 'platform:fees']) {
  await processor.createAccount({ accountId, currency: 'USD' })
}
await processor.createAccount({ accountId: buyer, currency: 'USD', initialBalance: 100_00n })

async function show(...accountIds: readonly string[]): Promise<void> {
  for (const accountId of accountIds) {
    const { posted, currency } = await processor.getBalance(accountId)
    console.log(`  ${accountId.padEnd(14)} ${formatMoney(posted, currency).padStart(6)} ${currency}`)
  }
}

// One basket, two shops, and 7.5 % for the platform. Shares are basis points; no cent is lost or invented.
const [tea, teaFee] = allocate(19_99n, [9_250, 750])
const [cups, cupsFee] = allocate(30_01n, [9_250, 750])
console.log('tea:', tea, 'and', teaFee, '- cups:', cups, 'and', cupsFee)

const order = await processor.postTransaction({
  accountId: buyer,
  idempotencyKey: 'order-1',
  legs: [
    { from: buyer, to: 'shop:tea', amount: tea!, currency: 'USD' },
    { from: buyer, to: 'platform:fees', amount: teaFee!, currency: 'USD' },
    { from: buyer, to: 'shop:cups', amount: cups!, currency: 'USD' },
    { from: buyer, to: 'platform:fees', amount: cupsFee!, currency: 'USD' }
  ]
})
assertApproved(order)
console.log(`order-1: ${formatMoney(order.amount, order.currency)} ${order.currency}, all legs or none`)
await show(buyer, 'shop:tea', 'shop:cups', 'platform:fees')

// A leg that cannot be paid stops all of them.
const tooMuch = await processor.postTransaction({
  accountId: buyer,
  idempotencyKey: 'order-2',
  legs: [
    { from: buyer, to: 'shop:tea', amount: 10_00n, currency: 'USD' },
    { from: buyer, to: 'shop:cups', amount: 60_00n, currency: 'USD' }
  ]
})
console.log('order-2:', tooMuch.message)

// The cups arrive broken: their leg goes back, out of the shop that got it. The platform keeps its fee.
const broken = { accountId: buyer, originalTransactionId: order.transactionId, leg: 2, idempotencyKey: 'return-1' }
const refund = await processor.refundPayment(broken)
assertApproved(refund)
console.log(
  `return-1: ${formatMoney(refund.amount, refund.currency)} ${refund.currency}, left of that leg:`,
  refund.refundable
)
await show(buyer, 'shop:cups')

// Changing money: a desk has an account in each currency, and gives one while it takes the other. Each currency sums
// to zero by itself; the rate is the desk's business.
await processor.createAccount({ accountId: 'buyer:ann:JPY', currency: 'JPY' })
await processor.createAccount({ accountId: 'desk:USD', currency: 'USD' })
await processor.createAccount({ accountId: 'desk:JPY', currency: 'JPY', initialBalance: 1_000_000n })
const exchange = await processor.postTransaction({
  accountId: buyer,
  idempotencyKey: 'exchange-1',
  metadata: { rate: '151.2' },
  legs: [
    { from: buyer, to: 'desk:USD', amount: 20_00n, currency: 'USD' },
    { from: 'desk:JPY', to: 'buyer:ann:JPY', amount: 3_024n, currency: 'JPY' }
  ]
})
assertApproved(exchange)
console.log(`exchange-1: ${formatMoney(exchange.amount, exchange.currency)} ${exchange.currency} given`)
await show(buyer, 'buyer:ann:JPY', 'desk:USD', 'desk:JPY')

const { ok } = await processor.verify()
console.log('every entry sums to zero in every currency:', ok)
await processor.close()
