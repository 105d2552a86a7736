import { expect } from 'chai'
import { InvalidRequestError, QueueFullError, type PaymentProcessor } from 'bursar'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })

describeOnEveryStore('The bound of the queue', scene => {
  for (const stage of ['load', 'commit'] as const) {
    it(`rejects one call more than maxQueueLength at once, while the others wait for a ${stage}`, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store, maxQueueLength: 3 })
      const gate = store.hold(stage)
      const taken = ['a', 'b', 'c'].map(key => pay(bursar, key))
      const error = await rejectionOf(pay(bursar, 'd'), QueueFullError)
      expect(error).to.include({ code: 'ERR_QUEUE_FULL', retryable: true })
      expect(error.message).to.contain('3')
      gate.open()
      for (const call of taken) await approval(call)
    })
  }

  it('records nothing of a call that found no place: the same key is free to try again', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store, maxQueueLength: 1 })
    const gate = store.hold('load')
    const taken = pay(bursar, 'a')
    await rejectionOf(pay(bursar, 'b'), QueueFullError)
    gate.open()
    await approval(taken)
    expect((await collect(bursar.journal())).map(({ command }) => command.type)).to.deep.equal([
      'CreateAccount',
      'ProcessPayment'
    ])
    expect(await approval(pay(bursar, 'b'))).to.include({ replayed: false, sequence: 3 })
  })

  it('counts every caller that waits for an answer: commands, reads, and those who joined', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store, maxQueueLength: 4, queueReserve: 0 })
    expect(bursar.queueLength).to.equal(0)
    const gate = store.hold('load')
    const calls: Promise<unknown>[] = []
    for (const call of [
      () => pay(bursar, 'a'),
      () => pay(bursar, 'a'),
      () => bursar.getBalance('alice'),
      () => bursar.getTransactionCount()
    ]) {
      calls.push(call())
      expect(bursar.queueLength).to.equal(calls.length)
    }
    await rejectionOf(bursar.getBalance('alice'), QueueFullError)
    await rejectionOf(pay(bursar, 'a'), QueueFullError)
    await rejectionOf(collect(bursar.listTransactions()), QueueFullError)
    expect(bursar.queueLength).to.equal(4)
    gate.open()
    await Promise.all(calls)
    expect(bursar.queueLength).to.equal(0)
  })

  it('frees the place of a caller who gave up', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store, maxQueueLength: 2 })
    const gate = store.hold('load')
    const first = pay(bursar, 'a')
    await gate.reached
    const controller = new AbortController()
    const request = { accountId: 'alice', amount: 1n, idempotencyKey: 'b' }
    const given = bursar.processPayment(request, { signal: controller.signal }).catch(() => 'gave up')
    expect(bursar.queueLength).to.equal(2)
    controller.abort()
    expect(await given).to.equal('gave up')
    const third = pay(bursar, 'c')
    gate.open()
    await approval(first)
    await approval(third)
    expect(bursar.queueLength).to.equal(0)
  })

  it('does not count what was refused at the door', async () => {
    const bursar = await scene.given({ alice: 100n })
    const refused = bursar.processPayment({ accountId: 'alice', amount: 0n, idempotencyKey: 'k' })
    expect(bursar.queueLength).to.equal(0)
    await refused.catch(() => undefined)
    expect(bursar.queueLength).to.equal(0)
  })

  it('is 10,000 when nothing is said', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const reads = Array.from({ length: 10_000 }, () => bursar.getTransactionCount())
    await rejectionOf(bursar.getTransactionCount(), QueueFullError)
    gate.open()
    expect(new Set(await Promise.all(reads))).to.deep.equal(new Set([0]))
  })

  for (const maxQueueLength of [
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10_000_001,
    '10' as unknown as number
  ]) {
    it(`cannot be ${maxQueueLength}, and the store stays free`, async () => {
      await rejectionOf(scene.open({ maxQueueLength }), InvalidRequestError)
      await scene.open()
    })
  }
})
