import { expect } from 'chai'
import { IdempotencyConflictError, IdempotencyKeyExpiredError, InvalidRequestError } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const payment = { accountId: 'alice', amount: 40n, idempotencyKey: 'order-42' } as const

/** Lifetimes of a ledger that wants less disk. */
const idempotency = { answerTtlMs: DAY_MS, keyTtlMs: 30 * DAY_MS } as const

describeOnEveryStore('The lifetime of idempotency keys', scene => {
  for (const [title, ageMs] of [
    ['a minute', 60_000],
    ['a day', DAY_MS],
    ['forty days', 40 * DAY_MS],
    ['ten years', 3_652 * DAY_MS]
  ] as const) {
    it(`does not end by default: after ${title}, and after a restart, a retry is answered with the first result`, async () => {
      let bursar = await scene.given({ alice: 100n })
      const first = await approval(bursar.processPayment(payment))
      scene.clock.advance(ageMs)
      await approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'later' }))
      expect(await bursar.processPayment(payment)).to.deep.equal({ ...first, replayed: true })
      await bursar.close()
      bursar = await scene.open()
      expect(await bursar.processPayment(payment)).to.deep.equal({ ...first, replayed: true })
      expect((await bursar.getBalance('alice')).posted).to.equal(61n)
    })
  }

  const ends: readonly (readonly [title: string, ageMs: number, then: 'replays' | 'expired' | 'executes'])[] = [
    ['at once', 0, 'replays'],
    ['until 24 hours have passed', DAY_MS - 1, 'replays'],
    ['from 24 hours on', DAY_MS, 'expired'],
    ['until 30 days have passed', 30 * DAY_MS - 1, 'expired'],
    ['from 30 days on', 30 * DAY_MS, 'executes']
  ]

  for (const [title, ageMs, then] of ends) {
    for (const isReopened of [false, true]) {
      it(`${then} ${title}, if the ledger was made so${isReopened ? ', also after a restart' : ''}`, async () => {
        let bursar = await scene.given({ alice: 100n }, { idempotency })
        const first = await approval(bursar.processPayment(payment))
        scene.clock.advance(ageMs)
        if (isReopened) {
          await bursar.close()
          bursar = await scene.open()
        }
        if (then === 'replays') {
          expect(await bursar.processPayment(payment)).to.deep.equal({ ...first, replayed: true })
        } else if (then === 'expired') {
          const error = await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
          const { transactionId } = first
          expect(error).to.include({ transactionId, idempotencyKey: 'order-42', retryable: false })
        } else {
          const second = await approval(bursar.processPayment(payment))
          expect(second).to.include({ replayed: false, sequence: 4 })
          expect(second.transactionId).not.to.equal(first.transactionId)
        }
        const paid = then === 'executes' ? 80n : 40n
        expect((await bursar.getBalance('alice')).posted).to.equal(100n - paid)
      })
    }
  }

  it('has two parts: answerTtlMs for the answer, keyTtlMs for the key', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: { answerTtlMs: 10, keyTtlMs: 20 } })
    await approval(bursar.processPayment(payment))
    scene.clock.advance(9)
    expect(await bursar.processPayment(payment)).to.include({ replayed: true })
    scene.clock.advance(1)
    await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
    scene.clock.advance(9)
    await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
    scene.clock.advance(1)
    expect(await bursar.processPayment(payment)).to.include({ success: true, replayed: false })
  })

  it('may end the answer at once: then the key only ever refuses to pay twice', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: { answerTtlMs: 0 } })
    await approval(bursar.processPayment(payment))
    await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
  })

  for (const [what, idempotency] of [
    ['a negative answerTtlMs', { answerTtlMs: -1 }],
    ['a fractional answerTtlMs', { answerTtlMs: 0.5 }],
    ['a keyTtlMs of zero', { keyTtlMs: 0 }],
    ['an infinite keyTtlMs', { keyTtlMs: Number.POSITIVE_INFINITY }],
    ['an answerTtlMs that is not a number', { answerTtlMs: '10' as unknown as number }],
    ['an answer that outlives its key', { answerTtlMs: 21, keyTtlMs: 20 }],
    ['an answer for ever of a key that ends', { answerTtlMs: null, keyTtlMs: 20 }]
  ] as const) {
    it(`is refused as ${what}, and the store stays free`, async () => {
      await rejectionOf(scene.open({ idempotency }), InvalidRequestError)
      await scene.open()
    })
  }

  it('counts from the first execution: replaying does not prolong it', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency })
    await approval(bursar.processPayment(payment))
    scene.clock.advance(DAY_MS - 1)
    await approval(bursar.processPayment(payment))
    scene.clock.advance(1)
    await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
  })

  it('never lets an expired key pay again, whatever else happens meanwhile', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency })
    await approval(bursar.processPayment(payment))
    for (let day = 1; day < 30; day++) {
      scene.clock.advance(DAY_MS)
      await approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: `day-${day}` }))
      await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
    }
  })

  it('still tells a conflict after the answer has expired', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency })
    await approval(bursar.processPayment(payment))
    scene.clock.advance(2 * DAY_MS)
    await rejectionOf(bursar.processPayment({ ...payment, amount: 1n }), IdempotencyConflictError)
  })

  it('is decided from recorded time: a clock set back cannot bring an expired answer back', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency })
    await approval(bursar.processPayment(payment))
    scene.clock.advance(DAY_MS)
    await approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'records the later time' }))
    scene.clock.advance(-DAY_MS)
    await rejectionOf(bursar.processPayment(payment), IdempotencyKeyExpiredError)
    await bursar.close()
    await rejectionOf((await scene.open()).processPayment(payment), IdempotencyKeyExpiredError)
  })

  it('lets a decline that was not kept try again at any age', async () => {
    const bursar = await scene.given({ alice: 10n }, { idempotency })
    await decline(bursar.processPayment(payment), 'insufficient_funds')
    scene.clock.advance(2 * DAY_MS)
    expect(await decline(bursar.processPayment(payment), 'insufficient_funds')).to.include({ attempt: 2 })
    scene.clock.advance(30 * DAY_MS)
    expect(await decline(bursar.processPayment(payment), 'insufficient_funds')).to.include({ attempt: 1 })
  })

  it('ends for a kept decline as for a success', async () => {
    const bursar = await scene.given({ alice: 10n }, { idempotency })
    const kept = { ...payment, onDecline: 'keep' } as const
    await decline(bursar.processPayment(kept), 'insufficient_funds')
    scene.clock.advance(DAY_MS)
    const error = await rejectionOf(bursar.processPayment(kept), IdempotencyKeyExpiredError)
    expect(error.transactionId).to.equal(null)
    scene.clock.advance(29 * DAY_MS)
    await decline(bursar.processPayment(kept), 'insufficient_funds')
  })

  it('leaves the journal whole when the key is forgotten', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency })
    const first = await approval(bursar.processPayment(payment))
    scene.clock.advance(31 * DAY_MS)
    const second = await approval(bursar.processPayment(payment))
    expect(await collect(bursar.journal())).to.have.length(4)
    expect(await bursar.getTransaction(first.transactionId)).to.include({ amount: 40n })
    expect(await bursar.getTransaction(second.transactionId)).to.include({ amount: 40n })
    expect((await bursar.verify()).problems).to.deep.equal([])
  })
})
