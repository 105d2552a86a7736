import { expect } from 'chai'
import { InvalidRequestError, QueueFullError, type PaymentProcessor, type PaymentProcessorOptions } from 'bursar'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, accountId: string, idempotencyKey: string) =>
  bursar.processPayment({ accountId, amount: 1n, idempotencyKey })

/** A ledger whose queue does not move until it is told to. */
async function stalled(scene: Scene, options: PaymentProcessorOptions) {
  const store = scene.gatedStore()
  const bursar = await scene.given({ alice: 100n, bob: 100n, carol: 100n }, { ...options, store })
  const gate = store.hold('load')
  const taken: Promise<unknown>[] = []
  return {
    bursar,
    /** Fills places with payments of one account. */
    flood(accountId: string, count: number) {
      for (let index = 0; index < count; index++) taken.push(approval(pay(bursar, accountId, `flood ${index}`)))
    },
    async drain() {
      gate.open()
      await Promise.all(taken)
    }
  }
}

describeOnEveryStore('The reserve of the queue', scene => {
  it('lets others in while one account fills the queue', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 10 })
    flood('alice', 10)
    const error = await rejectionOf(pay(bursar, 'alice', 'one more'), QueueFullError)
    expect(error).to.include({ scope: 'account', accountId: 'alice' })
    const other = approval(pay(bursar, 'bob', 'k'))
    expect(bursar.queueLength).to.equal(11)
    await drain()
    await other
    expect(bursar.queueLength).to.equal(0)
  })

  it('gives each account one place, and then there is room for nobody', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 4, queueReserve: 2 })
    flood('alice', 4)
    const bob = approval(pay(bursar, 'bob', 'k'))
    expect(await rejectionOf(pay(bursar, 'bob', 'l'), QueueFullError)).to.include({
      scope: 'account',
      accountId: 'bob'
    })
    const carol = bursar.getBalance('carol')
    expect(await rejectionOf(pay(bursar, 'dave', 'k'), QueueFullError)).to.include({ scope: 'queue', accountId: null })
    expect(await rejectionOf(pay(bursar, 'alice', 'k'), QueueFullError)).to.include({ scope: 'queue' })
    await drain()
    await Promise.all([bob, carol])
  })

  it('is there again after it was used', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 4, queueReserve: 1 })
    for (const key of ['k', 'l', 'm']) {
      flood('alice', 4 - bursar.queueLength)
      const controller = new AbortController()
      const request = { accountId: 'bob', amount: 1n, idempotencyKey: key }
      const given = rejectionOf(bursar.processPayment(request, { signal: controller.signal }), Error)
      await rejectionOf(pay(bursar, 'carol', key), QueueFullError)
      controller.abort()
      await given
      expect(bursar.queueLength).to.equal(4)
    }
    await drain()
    // And the queue is not longer for it: four of ten find a place.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => pay(bursar, 'alice', `${index}`))
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(4)
  })

  it('is not for an account that floods in between the others', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 10, queueReserve: 3 })
    flood('bob', 5)
    flood('alice', 5)
    // Alice took the last places; bob was here before, and has one of the reserve.
    await rejectionOf(pay(bursar, 'alice', 'k'), QueueFullError)
    const bob = approval(pay(bursar, 'bob', 'k'))
    await rejectionOf(pay(bursar, 'bob', 'l'), QueueFullError)
    await drain()
    await bob
  })

  it('does not change the order: who came in last is executed last', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 5 })
    flood('alice', 5)
    const bob = approval(pay(bursar, 'bob', 'k'))
    await drain()
    await bob
    const payers = (await collect(bursar.listTransactions({ kind: 'payment' }))).map(({ accountId }) => accountId)
    expect(payers).to.deep.equal(['alice', 'alice', 'alice', 'alice', 'alice', 'bob'])
  })

  it('lets one account alone have every ordinary place', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 1_000 })
    flood('alice', 100)
    await quiescence()
    expect(bursar.queueLength).to.equal(100)
    await drain()
  })

  it('can be none', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 2, queueReserve: 0 })
    flood('alice', 2)
    expect(await rejectionOf(pay(bursar, 'bob', 'k'), QueueFullError)).to.include({ scope: 'queue' })
    await drain()
  })

  it('is a tenth of maxQueueLength when nothing is said', async () => {
    const { bursar, flood, drain } = await stalled(scene, { maxQueueLength: 20 })
    flood('alice', 20)
    const others = [bursar.getAccount('bob'), bursar.getAccount('carol')]
    await rejectionOf(bursar.getAccount('dave'), QueueFullError)
    await drain()
    await Promise.all(others)
  })

  for (const queueReserve of [-1, 0.5, Number.NaN, 10_000_001]) {
    it(`cannot be ${queueReserve}`, async () => {
      await rejectionOf(scene.open({ queueReserve }), InvalidRequestError)
    })
  }
})
