import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { CommandCancelledError, InvalidRequestError, type PaymentProcessor, type SubmitOptions } from 'bursar'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string, options?: SubmitOptions) =>
  bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey }, options)

const bomb = (): never => {
  throw new TypeError('I was touched.')
}
const SPOILT: Readonly<Record<string, (signal: AbortSignal) => AbortSignal>> = {
  'that cannot be listened to': signal => Object.assign(signal, { addEventListener: bomb }),
  'that calls back at once': signal =>
    Object.assign(signal, { addEventListener: (_: string, listener: () => void) => listener() }),
  'that cannot be left': signal => Object.assign(signal, { removeEventListener: bomb }),
  'that is no event target': signal => Object.assign(signal, { constructor: null }),
  'whose state cannot be read': signal => Object.defineProperty(signal, 'aborted', { get: bomb }),
  'that is a proxy': signal => new Proxy(signal, {})
}

describeOnEveryStore('Cancellation', scene => {
  it('by a signal that is aborted already rejects at once, and nothing happens', async () => {
    const bursar = await scene.given({ alice: 100n })
    const reason = new Error('changed my mind')
    const error = await rejectionOf(pay(bursar, 'k', { signal: AbortSignal.abort(reason) }), CommandCancelledError)
    expect(error).to.include({ code: 'ERR_COMMAND_CANCELLED', retryable: true, cause: reason })
    expect(await collect(bursar.journal())).to.have.length(1)
    expect(await approval(pay(bursar, 'k'))).to.include({ replayed: false, sequence: 2 })
  })

  it('by a signal before execution starts rejects at once, and certainly nothing happens', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const controller = new AbortController()
    const cancelled = pay(bursar, 'cancelled', { signal: controller.signal })
    const last = pay(bursar, 'last')
    controller.abort('too slow')
    // The gate is still shut: a caller who gives up need not wait for its turn.
    const error = await rejectionOf(cancelled, CommandCancelledError)
    expect(error.cause).to.equal('too slow')
    gate.open()
    await approval(first)
    expect(await approval(last)).to.include({ sequence: 3 })
    expect((await bursar.getBalance('alice')).posted).to.equal(98n)
    expect(await approval(pay(bursar, 'cancelled'))).to.include({ replayed: false, sequence: 4 })
  })

  it('once execution has started changes nothing: the caller gets the real answer', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('commit')
    const controller = new AbortController()
    const paid = pay(bursar, 'k', { signal: controller.signal, deadlineMs: 1_000 })
    await gate.reached
    controller.abort()
    scene.clock.advance(2_000)
    gate.open()
    await approval(paid)
    expect((await bursar.getBalance('alice')).posted).to.equal(99n)
  })

  it('after the answer changes nothing, and leaves no listener behind', async () => {
    const bursar = await scene.given({ alice: 100n })
    const controller = new AbortController()
    await approval(pay(bursar, 'k', { signal: controller.signal }))
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([])
    controller.abort()
    expect(await approval(pay(bursar, 'k'))).to.include({ replayed: true })
  })

  it('leaves no listener behind when it comes', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const controller = new AbortController()
    const cancelled = pay(bursar, 'k', { signal: controller.signal })
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(1)
    controller.abort()
    await rejectionOf(cancelled, CommandCancelledError)
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([])
    gate.open()
    await approval(first)
  })

  it('by a signal with methods of its own holds no key and no place, and the ledger goes on', async () => {
    const bursar = await scene.given({ alice: 100n })
    for (const [index, [what, spoil]] of Object.entries(SPOILT).entries()) {
      const signal = spoil(new AbortController().signal)
      const outcome: unknown = await pay(bursar, what, { signal }).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome, what).to.be.instanceOf(InvalidRequestError)
      await approval(pay(bursar, what))
      expect((await bursar.getBalance('alice')).posted, what).to.equal(100n - BigInt(index + 1))
      expect(bursar.queueLength).to.equal(0)
    }
  })

  it('by a signal whose reason cannot be read is one all the same', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const controller = new AbortController()
    Object.defineProperty(controller.signal, 'reason', { get: bomb })
    const cancelled = pay(bursar, 'k', { signal: controller.signal })
    controller.abort('too slow')
    expect(await rejectionOf(cancelled, CommandCancelledError)).to.include({ cause: 'too slow' })
    gate.open()
    await approval(first)
  })

  it('by one signal ends all the calls that carry it', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const controller = new AbortController()
    const calls = Array.from({ length: 5 }, (_, index) => pay(bursar, `k${index}`, { signal: controller.signal }))
    controller.abort()
    for (const call of calls) await rejectionOf(call, CommandCancelledError)
    gate.open()
    await approval(first)
    expect(await bursar.getTransactionCount()).to.equal(1)
  })

  it('of one caller leaves those who joined it their answer', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const ahead = pay(bursar, 'ahead')
    await gate.reached
    const controller = new AbortController()
    const first = pay(bursar, 'k', { signal: controller.signal })
    const joined = pay(bursar, 'k')
    controller.abort()
    await rejectionOf(first, CommandCancelledError)
    gate.open()
    await approval(ahead)
    await approval(joined)
    expect((await bursar.getBalance('alice')).posted).to.equal(98n)
  })

  for (const how of ['a signal', 'a deadline'] as const) {
    it(`of the first caller by ${how} lets the oldest who is left take over: its own command, at its own place`, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store })
      const gate = store.hold('load')
      const ahead = pay(bursar, 'ahead')
      await gate.reached
      const controller = new AbortController()
      const call = (by: string, options?: SubmitOptions) =>
        bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k', metadata: { by } }, options)
      const first = call('first', how === 'a signal' ? { signal: controller.signal } : { deadlineMs: 10 })
      const between = pay(bursar, 'between')
      const second = call('second')
      const third = call('third')
      controller.abort()
      scene.clock.advance(11)
      gate.open()
      const error = await rejectionOf(first, CommandCancelledError)
      expect(error.message).to.include('This call did nothing')
      await approval(ahead)
      expect(await approval(between)).to.include({ sequence: 3 })
      const answer = await approval(second)
      expect(answer).to.include({ sequence: 4, replayed: false })
      expect((await bursar.getTransaction(answer.transactionId)).metadata).to.deep.equal({ by: 'second' })
      expect(await third).to.deep.equal({ ...answer, replayed: true })
      expect(bursar.queueLength).to.equal(0)
      expect((await bursar.getBalance('alice')).posted).to.equal(97n)
    })
  }

  it('of one who asked for the same says that its call did nothing, and leaves the first its answer', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const ahead = pay(bursar, 'ahead')
    await gate.reached
    const controller = new AbortController()
    const first = pay(bursar, 'k')
    const second = pay(bursar, 'k', { signal: controller.signal })
    controller.abort()
    const { message } = await rejectionOf(second, CommandCancelledError)
    expect(message).to.include('This call did nothing').and.to.not.include('Nothing happened')
    gate.open()
    await approval(ahead)
    expect(await approval(first)).to.include({ replayed: false })
  })

  it('of all callers of a key lets a later one execute it', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const ahead = pay(bursar, 'ahead')
    await gate.reached
    const controller = new AbortController()
    const calls = [1, 2].map(() => pay(bursar, 'k', { signal: controller.signal }))
    controller.abort()
    for (const call of calls) await rejectionOf(call, CommandCancelledError)
    const later = pay(bursar, 'k')
    gate.open()
    await approval(ahead)
    await approval(later)
    expect((await bursar.getBalance('alice')).posted).to.equal(98n)
  })

  const deadlines: readonly (readonly [waitedMs: number, isInTime: boolean])[] = [
    [0, true],
    [99, true],
    [101, false],
    [86_400_000, false]
  ]

  for (const [waitedMs, isInTime] of deadlines) {
    it(`by a deadline of 100 ms ${isInTime ? 'spares' : 'ends'} a call whose turn comes after ${waitedMs} ms`, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store })
      const gate = store.hold('load')
      const first = pay(bursar, 'first')
      await gate.reached
      const call = pay(bursar, 'k', { deadlineMs: 100 })
      scene.clock.advance(waitedMs)
      gate.open()
      await approval(first)
      if (isInTime) await approval(call)
      else await rejectionOf(call, CommandCancelledError)
      expect((await bursar.getBalance('alice')).posted).to.equal(isInTime ? 98n : 99n)
      expect(await collect(bursar.journal())).to.have.length(isInTime ? 3 : 2)
    })
  }

  it('by a deadline leaves the key free', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const call = pay(bursar, 'k', { deadlineMs: 10 })
    scene.clock.advance(11)
    gate.open()
    await approval(first)
    await rejectionOf(call, CommandCancelledError)
    expect(await approval(pay(bursar, 'k'))).to.include({ replayed: false })
  })

  it('by a deadline counts from the call, also while the clock is behind recorded time', async () => {
    const bursar = await scene.given({ alice: 100n })
    scene.clock.advance(3_600_000)
    await approval(pay(bursar, 'an hour later'))
    scene.clock.advance(-3_600_000)
    await approval(pay(bursar, 'k', { deadlineMs: 1_000 }))
  })

  for (const deadlineMs of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '10' as unknown as number]) {
    it(`refuses a deadline of ${deadlineMs}, and nothing happens`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await rejectionOf(pay(bursar, 'k', { deadlineMs }), InvalidRequestError)
      expect(bursar.queueLength).to.equal(0)
      expect(await collect(bursar.journal())).to.have.length(1)
    })
  }

  for (const [what, signal] of [
    ['an object', {}],
    ['a controller', new AbortController()],
    ['a string', 'signal']
  ] as const) {
    it(`refuses ${what} in the place of a signal, and nothing happens`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await rejectionOf(pay(bursar, 'k', { signal: signal as unknown as AbortSignal }), InvalidRequestError)
      expect(bursar.queueLength).to.equal(0)
      expect(await collect(bursar.journal())).to.have.length(1)
    })
  }
})
