import { expect } from 'chai'
import { AccountNotFoundError, InvalidRequestError, type Command, type PaymentProcessor } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { leg, posted, type Leg } from '../support/legs.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const BY_TREASURY = { actor: 'treasury', reason: 'payout of week 48' } as const

const payOut = (bursar: PaymentProcessor, legs: readonly Leg[], idempotencyKey = 'payout', who: object = BY_TREASURY) =>
  bursar.postTransaction({ accountId: 'house', legs, idempotencyKey, ...who })

describeOnEveryStore('Money out of system accounts', scene => {
  const begun = async () => {
    const bursar = await scene.given({ house: 0n, alice: 100n })
    await approval(bursar.processPayment({ accountId: 'alice', amount: 60n, idempotencyKey: 'order' }))
    return bursar
  }

  for (const from of ['@settlement', '@settlement:USD']) {
    it(`leaves ${from} with an actor and a reason, and the journal says who and why`, async () => {
      const bursar = await begun()
      const paid = await approval(payOut(bursar, [leg(from, '@funding', 45n)]))
      expect(paid).to.include({ amount: 45n, currency: 'USD' })
      expect(await posted(bursar, '@settlement:USD', '@funding:USD', 'house')).to.deep.equal([15n, -55n, 0n])
      const [entry] = await collect(bursar.journal({ after: 3 }))
      expect(entry!.command).to.include(BY_TREASURY)
      expect((await bursar.verify()).problems).to.deep.equal([])
    })
  }

  it('comes back into an account when the bank returns it, in one entry with other legs', async () => {
    const bursar = await begun()
    await approval(payOut(bursar, [leg('@funding', 'alice', 30n), leg('alice', 'house', 1n)]))
    expect(await posted(bursar, '@funding:USD', 'alice', 'house')).to.deep.equal([-130n, 69n, 1n])
  })

  it('knows no limit', async () => {
    const bursar = await begun()
    await approval(payOut(bursar, [leg('@settlement', 'alice', 1_000n)]))
    expect(await posted(bursar, '@settlement:USD', 'alice')).to.deep.equal([-940n, 1_040n])
  })

  for (const [what, who] of [
    ['nobody who asks', {}],
    ['no reason', { actor: 'treasury' }],
    ['no actor', { reason: 'payout of week 48' }]
  ] as const) {
    it(`is refused with ${what}, before anything is recorded`, async () => {
      const bursar = await begun()
      const refusal = payOut(bursar, [leg('alice', 'house', 1n), leg('@settlement', 'house', 1n)], 'payout', who)
      const { message } = await rejectionOf(refusal, InvalidRequestError)
      expect(message).to.include('legs[1].from').and.to.include('actor and reason')
      expect(await collect(bursar.journal())).to.have.length(3)
    })
  }

  it('is refused where the leg names no system account that there is', async () => {
    const bursar = await begun()
    for (const from of ['@treasury', '@settlement:', '@settlement:USD:x']) {
      await rejectionOf(payOut(bursar, [leg(from, 'alice', 1n)]), AccountNotFoundError)
    }
    await decline(payOut(bursar, [leg('@settlement:EUR', 'alice', 1n)], 'euros'), 'currency_mismatch')
    await decline(payOut(bursar, [leg('@settlement', '@settlement:USD', 1n)], 'round'), 'same_account')
  })

  const commands: readonly Record<string, unknown>[] = [
    { type: 'ProcessPayment', amount: 1n },
    { type: 'Transfer', to: 'alice', amount: 1n },
    { type: 'AuthorizePayment', amount: 1n },
    { type: 'Deposit', amount: 1n },
    { type: 'CloseAccount' },
    { type: 'PostTransaction', legs: [leg('@settlement', 'alice', 1n)] },
    { type: 'SetAccountLimits', overdraftLimit: 1n }
  ]
  for (const command of commands) {
    it(`is the one exception: ${String(command['type'])} acts for no system account, whoever asks`, async () => {
      const bursar = await begun()
      const request = { ...command, ...BY_TREASURY, accountId: '@settlement:USD', idempotencyKey: 'x' }
      await rejectionOf(bursar.submit(request as unknown as Command), InvalidRequestError)
      expect(await collect(bursar.journal())).to.have.length(3)
    })
  }

  it('cannot be refunded, by no leg of the transaction', async () => {
    const bursar = await begun()
    const legs = [leg('@settlement', 'alice', 5n), leg('alice', 'house', 2n)]
    const { transactionId: originalTransactionId } = await approval(payOut(bursar, legs))
    const refund = { accountId: 'house', originalTransactionId }
    await decline(bursar.refundPayment({ ...refund, idempotencyKey: 'r' }), 'not_refundable')
    for (const index of [0, 1]) {
      const attempt = bursar.refundPayment({ ...refund, leg: index, idempotencyKey: `r${index}` })
      expect((await decline(attempt, 'not_refundable')).message).to.include('out of a system account')
    }
    expect(await bursar.getTransaction(originalTransactionId)).to.include({ refundable: 0n })
  })

  it('needs an account that the command acts for, which is open and may be in none of the legs', async () => {
    const bursar = await begun()
    await bursar.closeAccount({ accountId: 'house', idempotencyKey: 'close' })
    await decline(payOut(bursar, [leg('@settlement', '@funding', 1n)]), 'account_closed')
    const ghost = { accountId: 'nobody', idempotencyKey: 'p', legs: [leg('@settlement', '@funding', 1n)] }
    await rejectionOf(bursar.postTransaction({ ...ghost, ...BY_TREASURY }), AccountNotFoundError)
  })
})
