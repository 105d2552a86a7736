import { openPaymentProcessor, type PaymentProcessor, type ProcessorEvents } from 'bursar'
import { manualClock, type ManualClock } from 'bursar/testing'
import { expect } from 'chai'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { RateLimitedError } from 'bursar'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 0, 1)

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  approval(bursar.processPayment({ accountId: 'alice', amount: 10n, idempotencyKey }))

/** What a clock may return that is no reading, and how the event shows it. */
const NONSENSE: readonly (readonly [title: string, found: unknown, shown: string])[] = [
  ['NaN', NaN, 'NaN'],
  ['infinity', Infinity, 'Infinity'],
  ['nanoseconds', START * 1e6, String(START * 1e6)],
  ['a time that no Date can hold', 8.64e15 + 1, '8640000000000001'],
  ['a fraction', START + 0.5, String(START + 0.5)],
  ['a bigint', BigInt(START), `${START}n`],
  ['a string', String(START), `"${START}"`],
  ['a Date', new Date(START), 'an object'],
  ['null', null, 'null'],
  ['nothing', undefined, 'undefined'],
  ['a promise that rejects', undefined, 'an object'],
  ['a throw', new Error('no battery'), 'a throw of no battery']
]

function broken(clock: ManualClock, title: string, found: unknown): () => void {
  return clock.break(title.startsWith('a promise') ? Promise.reject(new Error('no battery')) : found)
}

describeOnEveryStore('A clock that gives no reading', scene => {
  for (const [title, found, shown] of NONSENSE) {
    it(`but ${title} leaves the ledger usable: recorded time goes on by elapsed time`, async () => {
      const bursar = await scene.given({ alice: 1_000n })
      const unreadable: ProcessorEvents['clock:unreadable'][] = []
      bursar.on('clock:unreadable', detail => unreadable.push(detail))
      const repair = broken(scene.clock, title, found)
      scene.clock.advance(2 * HOUR)
      expect((await pay(bursar, 'broken')).timestamp).to.deep.equal(new Date(START + 2 * HOUR))
      scene.clock.advance(MINUTE)
      expect(await pay(bursar, 'broken')).to.include({ replayed: true })
      expect(bursar.clock).to.deep.include({ trusted: false, reading: null, jump: null })
      expect(unreadable).to.deep.equal([{ method: 'now', found: shown }])
      repair()
      scene.clock.advance(MINUTE)
      expect((await pay(bursar, 'repaired')).timestamp).to.deep.equal(new Date(START + 2 * HOUR + 2 * MINUTE))
      expect(bursar.clock.trusted).to.equal(true)
      await bursar.close()
      const reopened = await scene.open()
      expect(await pay(reopened, 'broken')).to.include({ replayed: true })
      expect((await reopened.verify()).ok).to.equal(true)
    })
  }

  it('is announced once for each run of them', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    let announced = 0
    bursar.on('clock:unreadable', () => announced++)
    for (const run of [1, 2]) {
      const repair = scene.clock.break(NaN)
      for (const number of [1, 2, 3]) await pay(bursar, `broken-${run}-${number}`)
      repair()
      await pay(bursar, `repaired-${run}`)
    }
    expect(announced).to.equal(2)
  })

  it('lets holds end by elapsed time', async () => {
    const bursar = await scene.given({ alice: 100n })
    const hold = { accountId: 'alice', amount: 40n, expiresInMs: HOUR, idempotencyKey: 'h' }
    await approval(bursar.authorizePayment(hold))
    scene.clock.break(NaN)
    scene.clock.advance(HOUR - 1)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
    scene.clock.advance(1)
    expect(await bursar.getBalance('alice')).to.include({ held: 0n })
  })

  it('at opening goes on from the last entry, and is announced in the first turn', async () => {
    const bursar = await scene.given({ alice: 100n })
    await bursar.close()
    const repair = scene.clock.break(NaN)
    const reopened = await scene.open()
    const found: string[] = []
    reopened.on('clock:unreadable', detail => found.push(detail.found))
    scene.clock.advance(MINUTE)
    expect((await pay(reopened, 'broken')).timestamp).to.deep.equal(new Date(START + MINUTE))
    await quiescence()
    expect(found).to.deep.equal(['NaN'])
    // The first reading counts as that of the opening would have: a long stop is accepted.
    repair()
    scene.clock.set(START + 24 * HOUR)
    expect((await pay(reopened, 'repaired')).timestamp).to.deep.equal(new Date(START + 24 * HOUR))
  })

  it('at the opening of a new ledger goes on from the date of the machine', async () => {
    scene.clock.break(NaN)
    const earliest = Date.now()
    const bursar = await scene.given({ alice: 100n })
    const { timestamp } = await pay(bursar, 'first')
    expect(timestamp.getTime()).to.be.within(earliest, Date.now())
  })

  it('keeps a jump unconfirmed that was seen before', async () => {
    const bursar = await scene.given({ alice: 100n })
    scene.clock.set(START + 1_000 * HOUR)
    await pay(bursar, 'jumped')
    const repair = scene.clock.break(NaN)
    await pay(bursar, 'broken')
    bursar.confirmClock()
    repair()
    expect((await pay(bursar, 'repaired')).timestamp).to.deep.equal(new Date(START))
    expect(bursar.clock.trusted).to.equal(false)
  })
})

describeOnEveryStore('Elapsed time', scene => {
  const nonsense: readonly (readonly [title: string, found: unknown])[] = [
    ['NaN', NaN],
    ['a bigint', 7n],
    ['a string', '7'],
    ['a throw', new Error('no battery')],
    ['a time long before the last', -1e12]
  ]
  for (const [title, found] of nonsense) {
    it(`that is ${title} is replaced by that of the process, and is announced`, async () => {
      const rateLimit = { perAccount: { perSecond: 1_000 } }
      const bursar = await scene.given({ alice: 1_000n }, { rateLimit })
      const methods: string[] = []
      bursar.on('clock:unreadable', ({ method }) => methods.push(method))
      scene.clock.break(found, 'elapsed')
      scene.clock.advance(MINUTE)
      const options = { deadlineMs: HOUR }
      const payment = { accountId: 'alice', amount: 10n, idempotencyKey: 'k' }
      const { timestamp } = await approval(bursar.processPayment(payment, options))
      expect(timestamp).to.deep.equal(new Date(START + MINUTE))
      expect(methods).to.deep.equal(['elapsed'])
    })
  }

  it('of a clock that tells none of its own is that of the process: a rate limit outlasts no date set back', async () => {
    let now = START
    const rateLimit = { perAccount: { perSecond: 1_000, burst: 1 } }
    const bursar = await openPaymentProcessor({ store: scene.ledger.store(), clock: { now: () => now }, rateLimit })
    try {
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
      now -= 24 * HOUR
      // A thousandth of a second of the process is enough, whenever it has gone by.
      for (let attempt = 1; ; attempt++) {
        const answer = pay(bursar, 'k')
        const isLimited = await answer.then(
          () => false,
          () => true
        )
        if (!isLimited) break
        await rejectionOf(answer, RateLimitedError)
        await quiescence()
      }
      expect(await collect(bursar.journal())).to.have.length(2)
    } finally {
      await bursar.close()
    }
  })
})

describe('manualClock', () => {
  it('advances both clocks, sets and sleeps only the date, and never lets elapsed time run backwards', () => {
    const clock = manualClock(START)
    const both = () => [clock.now() - START, clock.elapsed()]
    clock.advance(10)
    expect(both()).to.deep.equal([10, 10])
    clock.sleep(5)
    expect(both()).to.deep.equal([15, 10])
    clock.set(START + 7)
    expect(both()).to.deep.equal([7, 10])
    clock.advance(-4)
    expect(both()).to.deep.equal([3, 10])
    clock.advance(5)
    expect(both()).to.deep.equal([8, 11])
  })

  it('breaks one method until it is repaired', () => {
    const clock = manualClock(START)
    const repair = clock.break(new Error('no battery'), 'elapsed')
    expect(() => clock.elapsed()).to.throw('no battery')
    expect(clock.now()).to.equal(START)
    repair()
    expect(clock.elapsed()).to.equal(0)
  })
})
