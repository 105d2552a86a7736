import { expect } from 'chai'
import { allocate, InvalidAmountError, type PaymentProcessor } from 'bursar'
import { approval, changedAccount, collect, decline, quiescence, rejectionOf } from '../support/expectations.js'
import { leg, post, posted, refunding } from '../support/legs.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

/**
 * Mistakes that ledgers have made before, each told as it went there. None was ever made here; these see to it that
 * none will be.
 */
describeOnEveryStore('A classic mistake of ledgers', scene => {
  const alice = { accountId: 'alice' } as const

  async function authorized(bursar: PaymentProcessor, amount: bigint, expiresInMs = 1_000): Promise<string> {
    const request = { ...alice, payee: 'shop', amount, expiresInMs, idempotencyKey: `hold ${amount}` }
    return (await approval(bursar.authorizePayment(request))).transactionId
  }

  it('not made: a second refund refunds the first one, so that money goes round in circles', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 100n })
    const paid = await approval(bursar.processPayment({ ...alice, payee: 'shop', amount: 40n, idempotencyKey: 'p' }))
    const refunded = await approval(refunding(bursar, paid)({}))
    // The last transaction of the account is now a refund; whoever takes "the last one" for the payment asks for this.
    const refund = refunding(bursar, refunded)
    await decline(refund({}), 'not_refundable')
    await decline(refund({ amount: 1n, leg: 0 }), 'not_refundable')
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([100n, 100n])
  })

  it('not made: a retried refund whose first answer was lost pays back twice', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 100n })
    const paid = await approval(bursar.processPayment({ ...alice, payee: 'shop', amount: 40n, idempotencyKey: 'p' }))
    const refund = { ...alice, originalTransactionId: paid.transactionId, amount: 15n, idempotencyKey: 'return-1' }
    await approval(bursar.refundPayment(refund))
    await bursar.close()
    const reopened = await scene.open()
    expect(await approval(reopened.refundPayment(refund))).to.include({ replayed: true })
    expect(await posted(reopened, 'alice', 'shop')).to.deep.equal([75n, 125n])
  })

  it('not made: the balance is checked without the holds, so that reserved money is spent', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const authorizationId = await authorized(bursar, 70n)
    const spend = { ...alice, amount: 31n }
    await decline(bursar.processPayment({ ...spend, idempotencyKey: 'p' }), 'insufficient_funds')
    await decline(bursar.transfer({ ...spend, to: 'shop', idempotencyKey: 't' }), 'insufficient_funds')
    await decline(bursar.authorizePayment({ ...spend, idempotencyKey: 'a' }), 'insufficient_funds')
    await decline(post(bursar, [leg('alice', 'shop', 31n)]), 'insufficient_funds')
    await approval(bursar.capturePayment({ ...alice, authorizationId, idempotencyKey: 'c' }))
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([30n, 70n])
  })

  it('not made: a refund is paid out of money that the payee has reserved', async () => {
    const bursar = await scene.given({ alice: 40n, shop: 0n })
    const paid = await approval(bursar.processPayment({ ...alice, payee: 'shop', amount: 40n, idempotencyKey: 'p' }))
    await approval(bursar.authorizePayment({ accountId: 'shop', amount: 10n, idempotencyKey: 'h' }))
    const refund = refunding(bursar, paid)
    await decline(refund({ amount: 31n }), 'payee_insufficient_funds')
    await approval(refund({ amount: 30n }))
    expect(await bursar.getBalance('shop')).to.include({ posted: 10n, available: 0n })
  })

  it('not made: a hold is captured after it was voided, also when both come in one tick', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const end = { ...alice, authorizationId: await authorized(bursar, 40n) }
    const voided = bursar.voidPayment({ ...end, idempotencyKey: 'v' })
    const captured = bursar.capturePayment({ ...end, idempotencyKey: 'c1' })
    await approval(voided)
    await decline(captured, 'hold_already_voided')
    await decline(bursar.capturePayment({ ...end, idempotencyKey: 'c2' }), 'hold_already_voided')
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 0n, available: 100n })
  })

  it('not made: several captures together take more than was held', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const authorizationId = await authorized(bursar, 40n)
    const results = await Promise.all(
      [39n, 39n, 41n, 1n].map((amount, index) =>
        bursar.capturePayment({ ...alice, authorizationId, amount, idempotencyKey: `c${index}` })
      )
    )
    expect(results.map(result => result.success || result.code)).to.deep.equal([
      true,
      'hold_already_captured',
      'hold_already_captured',
      'hold_already_captured'
    ])
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([61n, 39n])
  })

  it('not made: a capture of more than was held takes what happens to be on the account', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const authorizationId = await authorized(bursar, 40n)
    const capture = { ...alice, authorizationId, amount: 41n, idempotencyKey: 'c' }
    await decline(bursar.capturePayment(capture), 'capture_exceeds_hold')
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([100n, 0n])
  })

  it('not made: two negatives make a positive, so that a negative amount takes money from the payee', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 100n })
    const paid = await approval(bursar.processPayment({ ...alice, payee: 'shop', amount: 10n, idempotencyKey: 'p' }))
    const authorizationId = await authorized(bursar, 10n)
    const amount = -5n
    const original = { originalTransactionId: paid.transactionId }
    for (const call of [
      bursar.processPayment({ ...alice, payee: 'shop', amount, idempotencyKey: 'n1' }),
      bursar.transfer({ ...alice, to: 'shop', amount, idempotencyKey: 'n2' }),
      bursar.refundPayment({ ...alice, ...original, amount, idempotencyKey: 'n3' }),
      bursar.capturePayment({ ...alice, authorizationId, amount, idempotencyKey: 'n4' }),
      post(bursar, [leg('alice', 'shop', amount)], 'n5'),
      post(bursar, [leg('alice', 'shop', amount), leg('shop', 'alice', amount)], 'n6')
    ]) {
      await rejectionOf(call, InvalidAmountError)
    }
    expect(() => allocate(-100n, [-1, -1])).to.throw(InvalidAmountError)
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([90n, 110n])
  })

  it('not made: the refund of one leg counts against the others, or all legs share one remainder', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n, platform: 0n })
    const paid = await approval(post(bursar, [leg('alice', 'shop', 40n), leg('alice', 'platform', 10n)]))
    const refund = refunding(bursar, paid)
    await approval(refund({ leg: 0 }))
    // 10 remain, and all of them in the other leg.
    await decline(refund({ leg: 0, amount: 10n }), 'already_refunded')
    expect(await approval(refund({ leg: 1 }))).to.include({ amount: 10n, refundable: 0n })
    await decline(refund({ leg: 1, amount: 1n }), 'already_refunded')
    expect(await posted(bursar, 'alice', 'shop', 'platform')).to.deep.equal([100n, 0n, 0n])
  })

  it('not made: of two legs out of one account each is checked against the same balance', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n, platform: 0n })
    await decline(post(bursar, [leg('alice', 'shop', 60n), leg('alice', 'platform', 60n)]), 'insufficient_funds')
    expect(await posted(bursar, 'alice', 'shop', 'platform')).to.deep.equal([100n, 0n, 0n])
  })

  for (const [when, offsetMs, isInTime] of [
    ['before', -1, true],
    ['at', 0, false],
    ['after', 1, false]
  ] as const) {
    it(`not made: a capture ${when} the deadline races the expiry, and both win or both lose`, async () => {
      const bursar = await scene.given({ alice: 100n, shop: 0n }, { holds: { sweepIntervalMs: 1 } })
      const authorizationId = await authorized(bursar, 40n)
      // Submitted in time; the clock moves in the same tick, and the sweep comes as often as it can.
      const capture = bursar.capturePayment({ ...alice, authorizationId, idempotencyKey: 'c' })
      scene.clock.advance(1_000 + offsetMs)
      if (isInTime) await approval(capture)
      else await decline(capture, 'hold_expired')
      scene.clock.advance(1_000)
      await quiescence()
      const ends = (await collect(bursar.journal())).filter(
        ({ command, outcome }) => /^(CapturePayment|ExpireHold)$/.test(command.type) && outcome === 'approved'
      )
      expect(ends.map(({ command }) => command.type)).to.deep.equal([isInTime ? 'CapturePayment' : 'ExpireHold'])
      expect(await bursar.getBalance('alice')).to.include({ posted: isInTime ? 60n : 100n, held: 0n })
      expect((await bursar.verify()).ok).to.equal(true)
    })
  }

  it('not made: closing an account loses the money that arrives in the same tick', async () => {
    const bursar = await scene.given({ alice: 0n })
    const closing = bursar.closeAccount({ ...alice, idempotencyKey: 'x' })
    const deposit = bursar.deposit({ ...alice, amount: 5n, idempotencyKey: 'd' })
    await changedAccount(closing)
    await decline(deposit, 'account_closed')
    expect(await bursar.getAccount('alice')).to.include({ posted: 0n, closed: true })
    expect(await bursar.getTransactionCount()).to.equal(0)
  })
})
