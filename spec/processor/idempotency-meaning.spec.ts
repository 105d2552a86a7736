import { expect } from 'chai'
import { IdempotencyConflictError } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const payment = { accountId: 'alice', amount: 40n, idempotencyKey: 'order-42' } as const

describeOnEveryStore('What a request under an idempotency key means', scene => {
  for (const [what, spelling] of [
    ['its currency', { currency: 'USD' }],
    ['its payee', { payee: '@settlement' }],
    ['its payee in full', { payee: '@settlement:USD' }],
    ['another actor and metadata', { actor: 'ops', metadata: { try: '2' } }]
  ] as const) {
    for (const amount of [40n, 1_000n]) {
      it(`join a caller who names ${what}, for ${amount} of 100: one entry, the same answer`, async () => {
        // Just opened, so that nobody knows the account's currency when the calls come.
        await (await scene.given({ alice: 100n })).close()
        const bursar = await scene.open()
        const twins = [
          { ...payment, amount },
          { ...payment, amount, ...spelling },
          { ...payment, amount }
        ]
        const [first, ...others] = await Promise.all(twins.map(twin => bursar.processPayment(twin)))
        expect(first).to.include({ replayed: false, success: amount === 40n })
        for (const other of others) expect(other).to.deep.equal({ ...first, replayed: true })
        expect(await collect(bursar.journal())).to.have.length(2)
      })
    }
  }

  it('tell holds of another length apart, as conflicts', async () => {
    const bursar = await scene.given({ alice: 100n })
    const hold = { ...payment, expiresInMs: 60_000 }
    const { transactionId } = await approval(bursar.authorizePayment(hold))
    const error = await rejectionOf(bursar.authorizePayment({ ...hold, expiresInMs: 60_001 }), IdempotencyConflictError)
    expect(error).to.deep.include({ fields: ['expiresInMs'], transactionId })
  })

  it('compare legs by what they mean, and the only leg of a payment by its number or none', async () => {
    const bursar = await scene.given({ alice: 100n })
    const legs = (to: string) => [{ from: 'alice', to, amount: 10n, currency: 'USD' }]
    const request = { accountId: 'alice', idempotencyKey: 'post' }
    const posted = await approval(bursar.postTransaction({ ...request, legs: legs('@settlement') }))
    expect(await bursar.postTransaction({ ...request, legs: legs('@settlement:USD') })).to.include({
      transactionId: posted.transactionId,
      replayed: true
    })
    const { transactionId: originalTransactionId } = await approval(bursar.processPayment(payment))
    const refund = { accountId: 'alice', originalTransactionId, idempotencyKey: 'refund' }
    const refunded = await approval(bursar.refundPayment(refund))
    const { transactionId } = await approval(bursar.refundPayment({ ...refund, leg: 0 }))
    expect(transactionId).to.equal(refunded.transactionId)
  })

  it('say of a conflict what the key belongs to: a transaction, a change of the account, or only declines', async () => {
    const bursar = await scene.given({ alice: 100n })
    const conflict = async (promise: Promise<unknown>) => (await rejectionOf(promise, IdempotencyConflictError)).message
    const { transactionId } = await approval(bursar.processPayment(payment))
    expect(await conflict(bursar.processPayment({ ...payment, amount: 1n }))).to.include(`approved as ${transactionId}`)
    await bursar.unfreezeAccount({ accountId: 'alice', idempotencyKey: 'account' })
    const reused = await conflict(bursar.processPayment({ ...payment, idempotencyKey: 'account' }))
    expect(reused).to.include('approved as entry 3, a UnfreezeAccount').and.to.not.include('declined')
    const poor = { ...payment, amount: 1_000n, idempotencyKey: 'poor' }
    await decline(bursar.processPayment(poor), 'insufficient_funds')
    const declined = await conflict(bursar.processPayment({ ...poor, amount: 1n }))
    expect(declined).to.include('nothing was paid').and.to.include('use a new key')
  })
})
