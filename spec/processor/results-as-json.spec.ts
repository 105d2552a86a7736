import { inspect } from 'node:util'
import { expect } from 'chai'
import { InvalidRequestError, openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { approval, collect, rejectionOf } from '../support/expectations.js'

describe('A result as JSON', () => {
  let bursar: PaymentProcessor

  beforeEach(async () => {
    bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
  })

  afterEach(() => bursar.close())

  const payment = { accountId: 'alice', amount: 2n ** 54n + 1n, idempotencyKey: 'p' }
  const parsed = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

  it('has amounts as text, sequences as numbers and times in ISO 8601', async () => {
    const paid = await approval(bursar.processPayment({ ...payment, amount: 40n }))
    expect(parsed(paid)).to.deep.equal({ ...paid, amount: '40', timestamp: paid.timestamp.toISOString() })
    const declined = await bursar.processPayment({ ...payment, idempotencyKey: 'd' })
    expect(parsed(declined)).to.include({ success: false, amount: '18014398509481985', sequence: 3, attempt: 1 })
    const refund = { accountId: 'alice', originalTransactionId: paid.transactionId, amount: 1n, idempotencyKey: 'r' }
    expect(parsed(await bursar.refundPayment(refund))).to.include({ amount: '1', refundable: '39' })
    const hold = await approval(bursar.authorizePayment({ ...payment, amount: 5n, idempotencyKey: 'h' }))
    expect(parsed(hold)).to.include({ expiresAt: hold.expiresAt!.toISOString() })
    const created = await bursar.createAccount({ accountId: 'bob', currency: 'USD', initialBalance: 7n })
    expect(parsed(created)['account']).to.include({ accountId: 'bob', posted: '7', available: '7', closed: false })
    expect(parsed(await bursar.getBalance('alice'))).to.include({ posted: '61', held: '5', available: '56' })
    expect(parsed(await bursar.getBalance('alice', { at: 1 }))).to.include({ posted: '100', sequence: 1 })
    expect(parsed(await bursar.getTransaction(paid.transactionId))['legs']).to.deep.equal([
      { from: 'alice', to: '@settlement:USD', amount: '40', currency: 'USD' }
    ])
    for (const entry of await collect(bursar.journal())) expect(parsed(entry)).to.include({ hash: entry.hash })
    for (const listed of await collect(bursar.listTransactions())) expect(parsed(listed)).to.have.property('kind')
    expect(parsed(await bursar.verify())).to.include({ ok: true })
    expect(parsed({ answers: [paid, hold] })['answers']).to.have.length(2)
  })

  it('leaves the result as it is: plain to whoever prints, spreads, clones or compares it', async () => {
    const balance = await bursar.getBalance('alice')
    const plain = { currency: 'USD', posted: 100n, held: 0n, available: 100n, sequence: 1 }
    expect(balance).to.deep.equal(plain)
    expect({ ...balance }).to.deep.equal(plain)
    expect(structuredClone(balance)).to.deep.equal(plain)
    expect(inspect(balance)).to.equal(inspect(plain))
    expect(Object.keys(balance)).to.deep.equal(Object.keys(plain))
    const paid = await approval(bursar.processPayment({ ...payment, amount: 40n }))
    expect(inspect(paid)).to.match(/^\{\n {2}success: true,\n {2}transactionId: 'txn_/)
    expect(paid).not.to.have.any.keys('toJSON', 'refundable', 'expiresAt')
  })

  it('is no request: handing one in is refused', async () => {
    await rejectionOf(bursar.getBalance('alice', (await bursar.getBalance('alice')) as never), InvalidRequestError)
  })
})
