import { expect } from 'chai'
import {
  InvalidRequestError,
  TransactionNotFoundError,
  type Approved,
  type PaymentProcessor,
  type PaymentResult
} from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

type Refund = (request?: {
  amount?: bigint
  accountId?: string
  originalTransactionId?: string
}) => Promise<PaymentResult>

/** Alice, who had 100, has paid 40 to the shop. Every refund has a key of its own. */
async function afterPayment(scene: Scene): Promise<{ bursar: PaymentProcessor; payment: Approved; refund: Refund }> {
  const bursar = await scene.given({ alice: 100n, shop: 0n, mallory: 100n })
  const request = { accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'pay' }
  const payment = await approval(bursar.processPayment(request))
  let count = 0
  const refund: Refund = refundRequest =>
    bursar.refundPayment({
      accountId: 'alice',
      originalTransactionId: payment.transactionId,
      idempotencyKey: `refund-${++count}`,
      ...refundRequest
    })
  return { bursar, payment, refund }
}

describeOnEveryStore('Refunds', scene => {
  it('give back all that remains when no amount is named', async () => {
    const { bursar, payment, refund } = await afterPayment(scene)
    const result = await approval(refund())
    expect(result).to.deep.equal({
      success: true,
      transactionId: result.transactionId,
      amount: 40n,
      currency: 'USD',
      message: `Refund processed for ${payment.transactionId}`,
      timestamp: new Date(scene.clock.now()),
      sequence: 5,
      replayed: false,
      refundable: 0n
    })
    expect((await bursar.getBalance('alice')).posted).to.equal(100n)
    expect((await bursar.getBalance('shop')).posted).to.equal(0n)
  })

  it('carry what remains after any number of partial refunds, also across a restart', async () => {
    const { bursar, payment, refund } = await afterPayment(scene)
    expect(await approval(refund({ amount: 10n }))).to.include({ amount: 10n, refundable: 30n })
    expect(await approval(refund({ amount: 1n }))).to.include({ amount: 1n, refundable: 29n })
    await bursar.close()
    const reopened = await scene.open()
    const rest = { accountId: 'alice', originalTransactionId: payment.transactionId, idempotencyKey: 'rest' }
    expect(await approval(reopened.refundPayment(rest))).to.include({ amount: 29n, refundable: 0n })
    expect((await reopened.getBalance('alice')).posted).to.equal(100n)
  })

  it('never exceed the payment in sum: refund_exceeds_remaining with what remains, then already_refunded', async () => {
    const { bursar, refund } = await afterPayment(scene)
    expect(await decline(refund({ amount: 41n }), 'refund_exceeds_remaining')).to.include({ refundable: 40n })
    await approval(refund({ amount: 30n }))
    expect(await decline(refund({ amount: 11n }), 'refund_exceeds_remaining')).to.include({ refundable: 10n })
    await approval(refund({ amount: 10n }))
    expect(await decline(refund({ amount: 1n }), 'already_refunded')).to.include({ refundable: 0n })
    expect(await decline(refund(), 'already_refunded')).to.include({ refundable: 0n })
    expect((await bursar.getBalance('alice')).posted).to.equal(100n)
  })

  it('never exceed the payment when many of them come at the same time', async () => {
    const { bursar, refund } = await afterPayment(scene)
    const results = await Promise.all(Array.from({ length: 100 }, () => refund({ amount: 3n })))
    expect(results.filter(({ success }) => success)).to.have.length(13)
    expect((await bursar.getBalance('alice')).posted).to.equal(99n)
    expect((await bursar.getBalance('shop')).posted).to.equal(1n)
  })

  it('show in the payment what was refunded and what may be', async () => {
    const { bursar, payment, refund } = await afterPayment(scene)
    expect(await bursar.getTransaction(payment.transactionId)).to.include({ refunded: 0n, refundable: 40n })
    const { transactionId } = await approval(refund({ amount: 15n }))
    expect(await bursar.getTransaction(payment.transactionId)).to.include({ refunded: 15n, refundable: 25n })
    expect(await bursar.getTransaction(transactionId)).to.include({
      kind: 'refund',
      relatedTransactionId: payment.transactionId,
      amount: 15n,
      refundable: 0n
    })
  })

  const unsettled: readonly (readonly [
    what: string,
    make: (bursar: PaymentProcessor, refund: Refund) => Promise<PaymentResult>
  ])[] = [
    ['a refund', (_, refund) => refund({ amount: 1n })],
    ['a deposit', b => b.deposit({ accountId: 'alice', amount: 5n, idempotencyKey: 'original' })],
    ['a transfer', b => b.transfer({ accountId: 'alice', to: 'shop', amount: 5n, idempotencyKey: 'original' })]
  ]

  for (const [what, make] of unsettled) {
    it(`of ${what} are declined: not_refundable`, async () => {
      const { bursar, refund } = await afterPayment(scene)
      const original = await approval(make(bursar, refund))
      const before = await bursar.getBalance('alice')
      await decline(refund({ originalTransactionId: original.transactionId }), 'not_refundable')
      await decline(refund({ originalTransactionId: original.transactionId, amount: 1n }), 'not_refundable')
      expect((await bursar.getBalance('alice')).posted).to.equal(before.posted)
    })
  }

  for (const unknown of ['txn_00000000099_nothing', 'txn_00000000004_guessedsuffix', 'order-42', '__proto__', 'txn_']) {
    it(`of ${unknown} are rejected, and nothing is recorded`, async () => {
      const { bursar, refund } = await afterPayment(scene)
      const error = await rejectionOf(refund({ originalTransactionId: unknown }), TransactionNotFoundError)
      expect(error).to.include({ transactionId: unknown, code: 'ERR_TRANSACTION_NOT_FOUND', retryable: false })
      expect(await collect(bursar.journal())).to.have.length(4)
    })
  }

  for (const missing of [undefined, null, '', 42, 'x'.repeat(129)]) {
    it(`are refused without an original: ${String(missing).slice(0, 9)}`, async () => {
      const { bursar } = await afterPayment(scene)
      const request = { accountId: 'alice', idempotencyKey: 'k', originalTransactionId: missing as string }
      await rejectionOf(bursar.refundPayment(request), InvalidRequestError)
    })
  }

  it("of another account's payment are rejected in the words of an unknown one, so that nobody can probe", async () => {
    const { payment, refund } = await afterPayment(scene)
    const guessed = payment.transactionId.replace(/.$/, last => (last === 'a' ? 'b' : 'a'))
    const foreign = await rejectionOf(
      refund({ accountId: 'mallory', originalTransactionId: payment.transactionId }),
      TransactionNotFoundError
    )
    const unknown = await rejectionOf(
      refund({ accountId: 'mallory', originalTransactionId: guessed }),
      TransactionNotFoundError
    )
    expect(foreign.message).to.equal(unknown.message.replace(guessed, payment.transactionId))
    expect({ ...foreign, transactionId: '' }).to.deep.equal({ ...unknown, transactionId: '' })
  })

  it("of another account's payment leave a refused attempt in the journal, and nothing else", async () => {
    const { bursar, payment, refund } = await afterPayment(scene)
    await rejectionOf(refund({ accountId: 'mallory', amount: 40n }), TransactionNotFoundError)
    const [attempt] = await collect(bursar.journal({ after: 4 }))
    expect(attempt).to.deep.include({ outcome: 'refused', transactionId: null, postings: [], amount: 40n })
    expect(attempt?.command).to.include({ accountId: 'mallory', originalTransactionId: payment.transactionId })
    expect((await bursar.getBalance('mallory')).posted).to.equal(100n)
    expect((await bursar.getBalance('shop')).posted).to.equal(40n)
    expect(await bursar.getTransactionCount()).to.equal(1)
  })

  it("of another account's payment are rejected again under the same key, also after a restart", async () => {
    const { bursar, payment } = await afterPayment(scene)
    const probe = { accountId: 'mallory', originalTransactionId: payment.transactionId, idempotencyKey: 'probe' }
    await rejectionOf(bursar.refundPayment(probe), TransactionNotFoundError)
    await rejectionOf(bursar.refundPayment(probe), TransactionNotFoundError)
    await bursar.close()
    const reopened = await scene.open()
    await rejectionOf(reopened.refundPayment(probe), TransactionNotFoundError)
    expect(reopened.status).to.equal('ready')
  })

  it('belong to the payer: the payee cannot ask for one', async () => {
    const { refund } = await afterPayment(scene)
    await rejectionOf(refund({ accountId: 'shop' }), TransactionNotFoundError)
  })

  it('come back from the settlement account when the payment went there', async () => {
    const { bursar } = await afterPayment(scene)
    const request = { accountId: 'alice', amount: 20n, idempotencyKey: 'settled' }
    const { transactionId } = await approval(bursar.processPayment(request))
    const refund = { accountId: 'alice', originalTransactionId: transactionId, amount: 5n, idempotencyKey: 'back' }
    expect(await approval(bursar.refundPayment(refund))).to.include({ currency: 'USD', refundable: 15n })
    expect((await bursar.getBalance('@settlement')).posted).to.equal(15n)
    expect((await bursar.getBalance('alice')).posted).to.equal(45n)
  })

  it('are declined when the payee lacks the funds, and pass once it has them: payee_insufficient_funds', async () => {
    const { bursar, refund } = await afterPayment(scene)
    await approval(bursar.processPayment({ accountId: 'shop', amount: 1n, idempotencyKey: 'spent' }))
    const { message } = await decline(refund(), 'payee_insufficient_funds')
    expect(message).to.contain('39').and.to.contain('40')
    await approval(refund({ amount: 39n }))
    await approval(bursar.deposit({ accountId: 'shop', amount: 1n, idempotencyKey: 'refilled' }))
    expect(await approval(refund())).to.include({ amount: 1n, refundable: 0n })
  })

  it("use the payee's overdraft", async () => {
    const bursar = await scene.given({ alice: 40n })
    await bursar.createAccount({ accountId: 'shop', currency: 'USD', overdraftLimit: 10n })
    const request = { accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'pay' }
    const { transactionId } = await approval(bursar.processPayment(request))
    await approval(bursar.processPayment({ accountId: 'shop', amount: 15n, idempotencyKey: 'spent' }))
    const refund = { accountId: 'alice', originalTransactionId: transactionId }
    await decline(bursar.refundPayment({ ...refund, idempotencyKey: 'all' }), 'payee_insufficient_funds')
    await approval(bursar.refundPayment({ ...refund, amount: 35n, idempotencyKey: 'to the limit' }))
    expect(await bursar.getBalance('shop')).to.include({ posted: -10n, available: 0n })
  })
})
