import { openPaymentProcessor, type PaymentResult } from 'bursar'
import { manualClock } from 'bursar/testing'

// A clock that stands still until it is told otherwise, so that seven days pass at once.
const clock = manualClock()
const processor = await openPaymentProcessor({ clock })
await processor.createAccount({ accountId: 'alice', currency: 'EUR', initialBalance: 300_00n })
await processor.createAccount({ accountId: 'hotel', currency: 'EUR' })

async function show(title: string): Promise<void> {
  const { posted, held, available } = await processor.getBalance('alice')
  console.log(`${title}: posted ${posted}, held ${held}, available ${available}`)
}

function idOf(result: PaymentResult): string {
  if (result.success) return result.transactionId
  throw new Error(`Expected an approval, got ${result.code}.`)
}

// Checking in reserves a deposit: the money is still alice's, and she cannot spend it.
const stay = { accountId: 'alice', payee: 'hotel' }
const authorizationId = idOf(await processor.authorizePayment({ ...stay, amount: 200_00n, idempotencyKey: 'check-in' }))
await show('checked in')
const dinner = await processor.processPayment({ accountId: 'alice', amount: 150_00n, idempotencyKey: 'dinner' })
console.log('dinner:', dinner.message)

// Checking out takes what was used, and gives the rest free.
const bill = { accountId: 'alice', authorizationId }
const capture = await processor.capturePayment({ ...bill, amount: 120_00n, idempotencyKey: 'check-out' })
console.log('captured:', capture.amount)
await show('checked out')

// A hold ends exactly once.
const again = await processor.voidPayment({ ...bill, idempotencyKey: 'too-late' })
if (!again.success) console.log('void:', again.code)

// A hold that nobody ends does so by itself, after seven days if nothing else was said.
const other = idOf(await processor.authorizePayment({ ...stay, amount: 100_00n, idempotencyKey: 'next-stay' }))
await show('reserved')
clock.advance(7 * 24 * 60 * 60 * 1000)
const late = await processor.capturePayment({ accountId: 'alice', authorizationId: other, idempotencyKey: 'late' })
if (!late.success) console.log('capture:', late.code)
await show('a week later')

await processor.close()
