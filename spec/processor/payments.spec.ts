import { expect } from 'chai'
import { InvalidRequestError, type PaymentProcessor, type PaymentResult } from 'bursar'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('Payments', scene => {
  it('answer an approval with everything the caller needs', async () => {
    const bursar = await scene.given({ alice: 100_00n })
    const result = await approval(
      bursar.processPayment({ accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-42' })
    )
    expect(result).to.deep.equal({
      success: true,
      transactionId: result.transactionId,
      amount: 25_00n,
      currency: 'USD',
      message: 'Payment processed successfully',
      timestamp: new Date(scene.clock.now()),
      sequence: 2,
      replayed: false
    })
    expect(await bursar.getBalance('alice')).to.deep.equal({
      currency: 'USD',
      posted: 75_00n,
      held: 0n,
      available: 75_00n,
      sequence: 2
    })
  })

  it('answer a decline with its code, its attempt and the fixed message', async () => {
    const bursar = await scene.given({ alice: 10n })
    const result = await bursar.processPayment({ accountId: 'alice', amount: 11n, idempotencyKey: 'order-42' })
    expect(result).to.deep.equal({
      success: false,
      transactionId: null,
      code: 'insufficient_funds',
      amount: 11n,
      currency: 'USD',
      message: 'Insufficient funds. Balance: 10, Required: 11',
      timestamp: new Date(scene.clock.now()),
      sequence: 2,
      replayed: false,
      attempt: 1
    })
  })

  it('reach a named payee, and the settlement account when none is named', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    await approval(bursar.processPayment({ accountId: 'alice', payee: 'shop', amount: 30n, idempotencyKey: '1' }))
    await approval(bursar.processPayment({ accountId: 'alice', amount: 20n, idempotencyKey: '2' }))
    await approval(
      bursar.processPayment({ accountId: 'alice', payee: '@settlement', amount: 10n, idempotencyKey: '3' })
    )
    expect((await bursar.getBalance('shop')).posted).to.equal(30n)
    expect((await bursar.getBalance('@settlement:USD')).posted).to.equal(30n)
    expect((await bursar.getBalance('@settlement')).posted).to.equal(30n)
  })

  it('count as transactions when they succeed, as refunds, deposits and transfers do; opening balances do not', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    const counts = [await bursar.getTransactionCount()]
    const count = async (result: Promise<PaymentResult>): Promise<string | null> => {
      const { transactionId } = await result
      counts.push(await bursar.getTransactionCount())
      return transactionId
    }
    const paid = await count(bursar.processPayment({ accountId: 'alice', amount: 25n, idempotencyKey: 'p' }))
    await count(bursar.processPayment({ accountId: 'alice', amount: 25n, idempotencyKey: 'p' }))
    await count(bursar.processPayment({ accountId: 'alice', amount: 999n, idempotencyKey: 'declined' }))
    await count(bursar.deposit({ accountId: 'alice', amount: 5n, idempotencyKey: 'd' }))
    await count(bursar.transfer({ accountId: 'alice', to: 'bob', amount: 5n, idempotencyKey: 't' }))
    await count(bursar.refundPayment({ accountId: 'alice', originalTransactionId: paid!, idempotencyKey: 'r' }))
    expect(counts).to.deep.equal([0, 1, 1, 1, 2, 3, 4])
    await bursar.close()
    expect(await (await scene.open()).getTransactionCount()).to.equal(4)
  })

  for (const [command, direct, submitted] of [
    [
      'processPayment',
      (b: PaymentProcessor) => b.processPayment({ accountId: 'alice', amount: 7n, idempotencyKey: 'k' }),
      (b: PaymentProcessor) => b.submit({ type: 'ProcessPayment', accountId: 'alice', amount: 7n, idempotencyKey: 'k' })
    ],
    [
      'deposit',
      (b: PaymentProcessor) => b.deposit({ accountId: 'alice', amount: 7n, idempotencyKey: 'k' }),
      (b: PaymentProcessor) => b.submit({ type: 'Deposit', accountId: 'alice', amount: 7n, idempotencyKey: 'k' })
    ],
    [
      'transfer',
      (b: PaymentProcessor) => b.transfer({ accountId: 'alice', to: 'bob', amount: 7n, idempotencyKey: 'k' }),
      (b: PaymentProcessor) =>
        b.submit({ type: 'Transfer', accountId: 'alice', to: 'bob', amount: 7n, idempotencyKey: 'k' })
    ]
  ] as const) {
    it(`and their like go the same way through submit as through ${command}`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const first = await direct(bursar)
      expect(await submitted(bursar)).to.deep.equal({ ...first, replayed: true })
      expect(await bursar.getTransactionCount()).to.equal(1)
    })
  }

  it('are submitted with results typed by their command', async () => {
    const bursar = await scene.open()
    const created = await bursar.submit({
      type: 'CreateAccount',
      accountId: 'alice',
      currency: 'USD',
      initialBalance: 9n
    })
    expect(created.success && created.account.posted).to.equal(9n)
    const paid = await bursar.submit({ type: 'ProcessPayment', accountId: 'alice', amount: 9n, idempotencyKey: 'p' })
    expect(paid.success && paid.amount).to.equal(9n)
    const originalTransactionId = paid.success && 'transactionId' in paid ? paid.transactionId : ''
    const refund = { type: 'RefundPayment', accountId: 'alice', originalTransactionId, idempotencyKey: 'r' } as const
    const refunded = await bursar.submit(refund)
    expect(refunded.success && refunded.refundable).to.equal(0n)
  })

  for (const [what, command] of [
    ['an unknown type', { type: 'PayEverybody', accountId: 'alice', idempotencyKey: 'k' }],
    ['no type', { accountId: 'alice', amount: 1n, idempotencyKey: 'k' }],
    ['a type inherited from Object', { type: 'constructor', accountId: 'alice', idempotencyKey: 'k' }],
    ['the command that only the ledger writes', { type: 'ExpireHold', accountId: 'alice', authorizationId: 'hold_1' }],
    ['null', null],
    ['a string', 'ProcessPayment'],
    ['nothing', undefined]
  ] as const) {
    it(`are refused by submit as ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const error = await rejectionOf(bursar.submit(command as never), InvalidRequestError)
      expect(error).to.include({ code: 'ERR_INVALID_REQUEST', retryable: false })
      expect(await collect(bursar.journal())).to.have.length(1)
    })
  }

  for (const onDecline of ['Keep', '', null, true]) {
    it(`refuse ${JSON.stringify(onDecline)} for onDecline`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const request = { accountId: 'alice', amount: 1n, idempotencyKey: 'k', onDecline: onDecline as 'keep' }
      await rejectionOf(bursar.processPayment(request), InvalidRequestError)
    })
  }
})
