import { expect } from 'chai'
import { CommandCancelledError, type JournalEntry, type PaymentProcessor, type ProcessorEvents } from 'bursar'
import { faultyStore } from 'bursar/testing'
import { approval, collect, decline, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000] as const
const START = Date.UTC(2026, 0, 1)

/** Sweeps all the time, and keys that a wrong date of sixty days would make forgotten. */
const OPTIONS = { holds: { sweepIntervalMs: 1 }, idempotency: { answerTtlMs: DAY, keyTtlMs: 30 * DAY } }

const pay = (bursar: PaymentProcessor, idempotencyKey: string, accountId = 'alice') =>
  approval(bursar.processPayment({ accountId, amount: 10n, idempotencyKey }))

const expiries = async (bursar: PaymentProcessor): Promise<readonly JournalEntry[]> =>
  (await collect(bursar.journal())).filter(({ command }) => command.type === 'ExpireHold')

/** Waits for a sweep to release a hold. A requirement that is not met shows as a timeout. */
async function released(bursar: PaymentProcessor): Promise<void> {
  while ((await expiries(bursar)).length === 0) await quiescence()
}

function heard<E extends keyof ProcessorEvents>(bursar: PaymentProcessor, event: E): ProcessorEvents[E][] {
  const details: ProcessorEvents[E][] = []
  bursar.on(event, detail => details.push(detail))
  return details
}

/** How the ledger goes on in the middle. */
const MIDDLES: readonly (readonly [
  title: string,
  go: (scene: Scene, bursar: PaymentProcessor) => Promise<PaymentProcessor>
])[] = [
  ['', (_, bursar) => Promise.resolve(bursar)],
  [
    ', over a restart',
    async (scene, bursar) => {
      await bursar.close()
      return scene.open(OPTIONS)
    }
  ],
  [
    ', over a stop without a close',
    async (scene, bursar) => {
      await bursar.abort()
      return scene.open(OPTIONS)
    }
  ]
]

describeOnEveryStore('A wrong date', scene => {
  /** Alice has paid five times and has a hold of two days; then the date is sixty days ahead, and Bob pays. */
  async function wrongDate(): Promise<{ bursar: PaymentProcessor; holdId: string }> {
    const bursar = await scene.given({ alice: 1_000n, bob: 1_000n }, OPTIONS)
    for (let number = 1; number <= 5; number++) await pay(bursar, `order-${number}`)
    const hold = { accountId: 'alice', amount: 100n, expiresInMs: 2 * DAY, idempotencyKey: 'hold' }
    const { transactionId: holdId } = await approval(bursar.authorizePayment(hold))
    scene.clock.set(START + 60 * DAY)
    expect((await pay(bursar, 'unrelated', 'bob')).timestamp).to.deep.equal(new Date(START))
    return { bursar, holdId }
  }

  async function retries(bursar: PaymentProcessor): Promise<readonly boolean[]> {
    const replayed: boolean[] = []
    for (let number = 1; number <= 5; number++) replayed.push((await pay(bursar, `order-${number}`)).replayed)
    return replayed
  }

  const ALL_REPLAYED = [true, true, true, true, true]

  for (const [title, goOn] of MIDDLES) {
    it(`makes no payment payable again, neither before nor after it is set right${title}`, async () => {
      const first = await wrongDate()
      const forgotten = heard(first.bursar, 'keys:forgotten')
      await quiescence()
      expect(await retries(first.bursar)).to.deep.equal(ALL_REPLAYED)
      const bursar = await goOn(scene, first.bursar)
      const forgottenSince = heard(bursar, 'keys:forgotten')
      expect(bursar.clock.trusted).to.equal(false)
      expect(await retries(bursar)).to.deep.equal(ALL_REPLAYED)
      scene.clock.set(START + 5 * MINUTE)
      expect(await retries(bursar)).to.deep.equal(ALL_REPLAYED)
      expect((await pay(bursar, 'later', 'bob')).timestamp).to.deep.equal(new Date(START + 5 * MINUTE))
      expect(bursar.clock.trusted).to.equal(true)
      expect(await bursar.getBalance('alice')).to.include({ posted: 950n, held: 100n })
      expect([...forgotten, ...forgottenSince]).to.deep.equal([])
    })

    it(`ends no hold, at execution or by a sweep${title}`, async () => {
      const first = await wrongDate()
      await quiescence()
      const bursar = await goOn(scene, first.bursar)
      await quiescence()
      expect(await bursar.getBalance('alice')).to.include({ held: 100n })
      scene.clock.set(START)
      const capture = { accountId: 'alice', authorizationId: first.holdId, idempotencyKey: 'capture' }
      await approval(bursar.capturePayment(capture))
      expect(await expiries(bursar)).to.deep.equal([])
    })

    it(`leaves no date in the journal that elapsed time has not come to${title}`, async () => {
      const first = await wrongDate()
      scene.clock.advance(HOUR)
      const bursar = await goOn(scene, first.bursar)
      await pay(bursar, 'an hour later', 'bob')
      scene.clock.advance(HOUR)
      await pay(bursar, 'two hours later', 'bob')
      const dates = (await collect(bursar.journal())).slice(-3).map(({ timestamp }) => timestamp.getTime() - START)
      expect(dates).to.deep.equal([0, HOUR, 2 * HOUR])
      const bobs = { accountId: 'bob', from: new Date(START + 1), to: new Date(START + 2 * HOUR) }
      const listed = await collect(bursar.listTransactions(bobs))
      expect(listed.map(({ idempotencyKey }) => idempotencyKey)).to.deep.equal(['an hour later'])
      expect((await bursar.getBalance('bob', { at: new Date(START + HOUR) })).posted).to.equal(980n)
      expect((await bursar.getBalance('bob', { at: new Date(START + 30 * DAY) })).posted).to.equal(970n)
    })

    it(`is the right one once it is confirmed: keys and holds go by it${title}`, async () => {
      const first = await wrongDate()
      const bursar = await goOn(scene, first.bursar)
      const trusted = heard(bursar, 'clock:trusted')
      bursar.confirmClock()
      const at = new Date(START + 60 * DAY)
      expect(trusted).to.deep.equal([{ at, reason: 'confirmed' }])
      expect(bursar.clock).to.deep.equal({ trusted: true, recordedTime: at, reading: at, jump: null })
      await released(bursar)
      expect(await pay(bursar, 'order-1')).to.include({ replayed: false })
      expect(await bursar.getBalance('alice')).to.include({ posted: 940n, held: 0n })
    })
  }

  it('is announced once, with the way it went, and shows in the state of the clock', async () => {
    const bursar = await scene.given({ alice: 1_000n }, OPTIONS)
    const jumped = heard(bursar, 'clock:jumped')
    scene.clock.advance(MINUTE)
    scene.clock.set(START + 60 * DAY)
    for (const key of ['a', 'b', 'c']) await pay(bursar, key)
    const jump = { from: new Date(START + MINUTE), to: new Date(START + 60 * DAY) }
    expect(jumped).to.deep.equal([jump])
    scene.clock.advance(MINUTE)
    expect(bursar.clock).to.deep.equal({
      trusted: false,
      recordedTime: new Date(START + 2 * MINUTE),
      reading: new Date(START + 60 * DAY + MINUTE),
      jump: { ...jump, trustedInMs: 60 * DAY - 2 * MINUTE }
    })
  })

  it('that a listener confirms at once is followed from that very command on', async () => {
    const bursar = await scene.given({ alice: 1_000n }, OPTIONS)
    bursar.on('clock:jumped', () => bursar.confirmClock())
    scene.clock.set(START + 60 * DAY)
    expect((await pay(bursar, 'order-1')).timestamp).to.deep.equal(new Date(START + 60 * DAY))
  })

  it('is still unconfirmed after a restart that finds the date further ahead', async () => {
    const { bursar } = await wrongDate()
    await bursar.close()
    scene.clock.set(START + 300 * DAY)
    const reopened = await scene.open(OPTIONS)
    await quiescence()
    expect(await retries(reopened)).to.deep.equal(ALL_REPLAYED)
    expect(reopened.clock.trusted).to.equal(false)
  })

  it('is announced again in the first turn after a restart, and the state that a retry saw is durable', async () => {
    const bursar = await scene.given({ alice: 1_000n }, { ...OPTIONS, holds: { sweepIntervalMs: DAY } })
    await pay(bursar, 'order-1')
    scene.clock.set(START + 60 * DAY)
    // It writes no entry: what it saw of the clock is all there is to commit.
    expect(await pay(bursar, 'order-1')).to.include({ replayed: true })
    await bursar.abort()
    const reopened = await scene.open(OPTIONS)
    const jumped = heard(reopened, 'clock:jumped')
    await quiescence()
    expect(jumped).to.deep.equal([{ from: new Date(START), to: new Date(START + 60 * DAY) }])
    expect(reopened.clock.trusted).to.equal(false)
  })

  it('is remembered although the group that was to say so was given up', async () => {
    const store = faultyStore(scene.ledger.store())
    const retry = { maxAttempts: 1 }
    const bursar = await scene.given({ alice: 1_000n }, { store, retry, holds: { sweepIntervalMs: DAY } })
    await pay(bursar, 'order-1')
    scene.clock.set(START + 60 * DAY)
    store.failCommits('busy', 1)
    await bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'given up' }).catch(() => undefined)
    await pay(bursar, 'order-2')
    await bursar.abort()
    expect((await scene.open()).clock.trusted).to.equal(false)
  })

  it('that opening finds cannot be told from a long stop: it is accepted, with the event in the first turn', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    await bursar.close()
    scene.clock.set(START + 60 * DAY)
    const reopened = await scene.open()
    const jumped = heard(reopened, 'clock:jumped')
    expect((await pay(reopened, 'order-1')).timestamp).to.deep.equal(new Date(START + 60 * DAY))
    await quiescence()
    expect(jumped).to.deep.equal([{ from: new Date(START), to: new Date(START + 60 * DAY) }])
    expect(reopened.clock.trusted).to.equal(true)
  })
})

describeOnEveryStore('A machine that slept', scene => {
  for (const [title, goOn] of MIDDLES) {
    it(`goes on by itself when as much time has elapsed as it slept${title}`, async () => {
      const first = await scene.given({ alice: 100n }, OPTIONS)
      const hold = { accountId: 'alice', amount: 40n, expiresInMs: HOUR, idempotencyKey: 'h' }
      await approval(first.authorizePayment(hold))
      scene.clock.sleep(3 * HOUR)
      expect((await pay(first, 'awake')).timestamp).to.deep.equal(new Date(START))
      scene.clock.advance(HOUR - 1)
      expect(await first.getBalance('alice')).to.include({ held: 40n })
      const bursar = await goOn(scene, first)
      scene.clock.advance(1)
      // An hour has elapsed for the hold, whatever the clock says.
      await released(bursar)
      const trusted = heard(bursar, 'clock:trusted')
      scene.clock.advance(2 * HOUR)
      expect((await pay(bursar, 'later')).timestamp).to.deep.equal(new Date(START + 6 * HOUR))
      expect(trusted).to.deep.equal([{ at: new Date(START + 6 * HOUR), reason: 'elapsed' }])
      expect(bursar.clock).to.include({ trusted: true, jump: null })
    })
  }

  it('for an hour at the most is followed at once', async () => {
    const bursar = await scene.given({ alice: 100n }, OPTIONS)
    const jumped = heard(bursar, 'clock:jumped')
    scene.clock.sleep(HOUR)
    expect((await pay(bursar, 'awake')).timestamp).to.deep.equal(new Date(START + HOUR))
    expect(jumped).to.deep.equal([])
  })
})

describeOnEveryStore('A clock that is set back', scene => {
  for (const [title, goOn] of MIDDLES) {
    it(`lets recorded time go on at half the pace, so that holds end, until it is set right${title}`, async () => {
      const first = await scene.given({ alice: 100n }, OPTIONS)
      const hold = { accountId: 'alice', amount: 40n, expiresInMs: HOUR, idempotencyKey: 'h' }
      await approval(first.authorizePayment(hold))
      scene.clock.set(START - 5 * DAY)
      expect((await pay(first, 'back')).timestamp).to.deep.equal(new Date(START))
      const bursar = await goOn(scene, first)
      scene.clock.advance(2 * HOUR - 2)
      expect(await bursar.getBalance('alice')).to.include({ held: 40n })
      scene.clock.advance(2)
      await released(bursar)
      expect((await expiries(bursar))[0]!.timestamp).to.deep.equal(new Date(START + HOUR))
      expect(await pay(bursar, 'back')).to.include({ replayed: true })
      scene.clock.set(START + 2 * HOUR)
      expect((await pay(bursar, 'right')).timestamp).to.deep.equal(new Date(START + 2 * HOUR))
      expect(bursar.clock.trusted).to.equal(true)
    })
  }
})

describeOnEveryStore('A deadline of a minute', scene => {
  const cases: readonly (readonly [title: string, elapsedMs: number, clockMs: number, isInTime: boolean])[] = [
    ['is not missed by a clock that jumps ahead', 0, 60 * DAY, true],
    ['is not missed by a clock that is set forwards by half an hour', 0, DAY / 48, true],
    ['ends the call after a minute, although the clock is set back', MINUTE, -DAY, false],
    ['ends the call after a minute, although the clock has jumped ahead', MINUTE, 60 * DAY, false]
  ]
  for (const [title, elapsedMs, clockMs, isInTime] of cases) {
    it(title, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store })
      const gate = store.hold('load')
      const first = pay(bursar, 'first')
      await gate.reached
      const call = bursar.processPayment(
        { accountId: 'alice', amount: 10n, idempotencyKey: 'k' },
        { deadlineMs: MINUTE }
      )
      scene.clock.set(scene.clock.now() + clockMs)
      scene.clock.advance(elapsedMs)
      gate.open()
      await first
      if (isInTime) await approval(call)
      else await rejectionOf(call, CommandCancelledError)
    })
  }
})

describeOnEveryStore('After a jump that is set right', scene => {
  it('a hold still ends at its own deadline, exactly', async () => {
    const bursar = await scene.given({ alice: 100n }, { holds: { sweepIntervalMs: DAY } })
    const request = { accountId: 'alice', amount: 40n, expiresInMs: HOUR, idempotencyKey: 'h' }
    const hold = await approval(bursar.authorizePayment(request))
    scene.clock.set(START + 60 * DAY)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
    scene.clock.set(START + HOUR - 1)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
    scene.clock.advance(1)
    const capture = { accountId: 'alice', authorizationId: hold.transactionId, idempotencyKey: 'c' }
    await decline(bursar.capturePayment(capture), 'hold_expired')
  })
})
