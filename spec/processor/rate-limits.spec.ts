import { expect } from 'chai'
import { InvalidRequestError, RateLimitedError, type PaymentProcessor, type ProcessorEvents } from 'bursar'
import { approval, changedAccount, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, accountId: string, idempotencyKey: string) =>
  bursar.processPayment({ accountId, amount: 1n, idempotencyKey })

const hundred = { alice: 100n, bob: 100n }

describeOnEveryStore('A rate limit', scene => {
  it('for each account refuses what comes too fast, and says when to come again', async () => {
    const bursar = await scene.given(hundred, { rateLimit: { perAccount: { perSecond: 2, burst: 3 } } })
    // Opening the account was the first of three.
    for (const key of ['a', 'b']) await approval(pay(bursar, 'alice', key))
    const error = await rejectionOf(pay(bursar, 'alice', 'c'), RateLimitedError)
    expect(error).to.include({
      code: 'ERR_RATE_LIMITED',
      retryable: true,
      scope: 'account',
      accountId: 'alice',
      retryAfterMs: 500
    })
    await approval(pay(bursar, 'bob', 'a'))
    scene.clock.advance(error.retryAfterMs - 1)
    await rejectionOf(pay(bursar, 'alice', 'c'), RateLimitedError)
    scene.clock.advance(1)
    await approval(pay(bursar, 'alice', 'c'))
  })

  it('for all accounts counts them together', async () => {
    const bursar = await scene.given(hundred, { rateLimit: { global: { perSecond: 1, burst: 4 } } })
    await approval(pay(bursar, 'alice', 'a'))
    await approval(pay(bursar, 'bob', 'b'))
    const error = await rejectionOf(pay(bursar, 'alice', 'c'), RateLimitedError)
    expect(error).to.include({ scope: 'global', accountId: 'alice', retryAfterMs: 1_000 })
  })

  it('that is both names the one to wait longer for, and takes nothing from either', async () => {
    const rateLimit = { perAccount: { perSecond: 1, burst: 2 }, global: { perSecond: 10, burst: 4 } }
    const bursar = await scene.given(hundred, { rateLimit })
    await approval(pay(bursar, 'alice', 'a'))
    for (const key of ['b', 'c', 'd']) {
      expect(await rejectionOf(pay(bursar, 'alice', key), RateLimitedError)).to.include({ scope: 'account' })
    }
    // What was refused has left the last of four to bob.
    await approval(pay(bursar, 'bob', 'a'))
    expect(await rejectionOf(pay(bursar, 'carol', 'a'), RateLimitedError)).to.include({ scope: 'global' })
  })

  it('records nothing: the same key is executed later as for the first time', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1 } } })
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
    expect(await collect(bursar.journal())).to.have.length(1)
    expect(bursar.queueLength).to.equal(0)
    scene.clock.advance(1_000)
    expect(await approval(pay(bursar, 'alice', 'a'))).to.include({ replayed: false, sequence: 2 })
  })

  it('keeps refunds and voids apart from payments, so that the one never starves the other', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1, burst: 3 } } })
    const payment = await approval(pay(bursar, 'alice', 'a'))
    const hold = await approval(bursar.authorizePayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'hold' }))
    await rejectionOf(pay(bursar, 'alice', 'b'), RateLimitedError)

    const refund = (idempotencyKey: string) =>
      bursar.refundPayment({ accountId: 'alice', idempotencyKey, originalTransactionId: payment.transactionId })
    await approval(refund('r1'))
    await approval(bursar.voidPayment({ accountId: 'alice', idempotencyKey: 'v', authorizationId: hold.transactionId }))
    await refund('r2')
    await rejectionOf(refund('r3'), RateLimitedError)
  })

  it('lets an account that floods be frozen', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1 } } })
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
    const frozen = await changedAccount(
      bursar.freezeAccount({ accountId: 'alice', direction: 'all', reason: 'a flood', idempotencyKey: 'f' })
    )
    expect(frozen.frozen).to.equal('all')
  })

  it('does not count who joins the same request under way, nor reads', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1, burst: 2 } } })
    const answers = await Promise.all(Array.from({ length: 5 }, () => approval(pay(bursar, 'alice', 'a'))))
    expect(new Set(answers.map(({ transactionId }) => transactionId)).size).to.equal(1)
    for (let read = 0; read < 5; read++) await bursar.getBalance('alice')
  })

  it('counts a replay, which takes its place in the queue like any other', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1, burst: 3 } } })
    await approval(pay(bursar, 'alice', 'a'))
    expect(await approval(pay(bursar, 'alice', 'a'))).to.include({ replayed: true })
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
  })

  it('tells of every refusal', async () => {
    const told: ProcessorEvents['command:rate-limited'][] = []
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1 } } })
    bursar.on('command:rate-limited', detail => told.push(detail))
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
    expect(told).to.deep.equal([
      { accountId: 'alice', command: 'ProcessPayment', scope: 'account', retryAfterMs: 1_000 }
    ])
  })

  it('goes by elapsed time: a clock that is set neither lets in nor keeps out', async () => {
    const bursar = await scene.given({ alice: 100n }, { rateLimit: { perAccount: { perSecond: 1 } } })
    const now = scene.clock.now()
    scene.clock.set(now + 60_000)
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
    scene.clock.set(now - 60_000)
    scene.clock.advance(1_000)
    await approval(pay(bursar, 'alice', 'a'))
  })

  it('goes by a clock that tells nothing else', async () => {
    let now = 1_000
    const rateLimit = { perAccount: { perSecond: 1 } }
    const bursar = await scene.given({ alice: 100n }, { rateLimit, clock: { now: () => now } })
    await rejectionOf(pay(bursar, 'alice', 'a'), RateLimitedError)
    now += 1_000
    await approval(pay(bursar, 'alice', 'a'))
  })

  it('is none when nothing is said', async () => {
    const bursar = await scene.given({ alice: 10_000n })
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => approval(pay(bursar, 'alice', `k${index}`))))
  })

  for (const limit of [
    { perSecond: 0 },
    { perSecond: -1 },
    { perSecond: Number.NaN },
    { perSecond: Infinity },
    { perSecond: 1_000_001 },
    { perSecond: '1' as unknown as number },
    { perSecond: 1, burst: 0 },
    { perSecond: 1, burst: 1.5 },
    {} as { perSecond: number }
  ]) {
    it(`cannot be ${JSON.stringify(limit)}, and the store stays free`, async () => {
      await rejectionOf(scene.open({ rateLimit: { perAccount: limit } }), InvalidRequestError)
      await rejectionOf(scene.open({ rateLimit: { global: limit } }), InvalidRequestError)
      await scene.open()
    })
  }
})
