import { expect } from 'chai'
import type { PaymentProcessor, ProcessorEvents } from 'bursar'
import { approval } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'
import { overridingSession } from '../support/overriding-session.js'

const MINUTE_MS = 60_000
const idempotency = { answerTtlMs: MINUTE_MS, keyTtlMs: 10 * MINUTE_MS }

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey }))

/** A ledger with many keys past their horizon, reopened so that the next payment brings the sweep. */
async function withOldKeys(scene: Scene, count: number) {
  const before = await scene.given({ alice: 10_000n }, { idempotency })
  await Promise.all(Array.from({ length: count }, (_, index) => pay(before, `old ${index}`)))
  await before.close()
  scene.clock.advance(10 * MINUTE_MS)
  let finish = (): void => undefined
  const finished = new Promise<void>(resolve => (finish = resolve))
  const limits: number[] = []
  let hold: Promise<void> = Promise.resolve()
  const bursar = await scene.open({
    idempotency,
    store: {
      async open() {
        const session = await scene.ledger.store().open()
        return overridingSession(session, {
          async forgetKeys(query) {
            limits.push(query.limit)
            await hold
            const forgotten = await session.forgetKeys(query)
            if (!forgotten.mayHaveMore) setImmediate(finish)
            return forgotten
          }
        })
      }
    }
  })
  const told: ProcessorEvents['keys:forgotten'][] = []
  bursar.on('keys:forgotten', detail => told.push(detail))
  return { bursar, told, limits, finished, holdUntil: (promise: Promise<void>) => (hold = promise) }
}

describeOnEveryStore('Forgetting expired keys', scene => {
  it('tells step by step how many went', async () => {
    const { bursar, told, limits, finished } = await withOldKeys(scene, 2_500)
    await pay(bursar, 'the payment that brings the sweep')
    await finished
    expect(told.reduce((sum, { keys }) => sum + keys, 0)).to.equal(2_500)
    expect(told.slice(0, -1).every(({ mayHaveMore }) => mayHaveMore)).to.equal(true)
    expect(told.length).to.be.greaterThan(1)
    expect(Math.max(...limits)).to.be.at.most(1_000)
  })

  it('never holds up the queue: commands and reads are answered while a step takes for ever', async () => {
    const { bursar, told, limits, finished, holdUntil } = await withOldKeys(scene, 10)
    let release = (): void => undefined
    void holdUntil(new Promise(resolve => (release = resolve)))
    for (let index = 0; index < 50; index++) await pay(bursar, `new ${index}`)
    expect((await bursar.getBalance('alice')).posted).to.equal(9_940n)
    // One step is under way, and no second one was begun beside it.
    expect(limits).to.have.length(1)
    expect(told).to.deep.equal([])
    release()
    await finished
    expect(told).to.deep.equal([{ keys: 10, mayHaveMore: false }])
  })

  it('says nothing when nothing went', async () => {
    const { bursar, told, finished } = await withOldKeys(scene, 0)
    await pay(bursar, 'a')
    await finished
    expect(told).to.deep.equal([])
  })
})
