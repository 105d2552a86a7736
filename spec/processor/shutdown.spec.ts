import { expect } from 'chai'
import {
  CommandCancelledError,
  OutcomeUnknownError,
  ProcessorClosedError,
  StoreLockedError,
  type PaymentProcessor
} from 'bursar'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })

describeOnEveryStore('Shutdown', scene => {
  it('by close() answers everything that was taken, durably', async () => {
    const bursar = await scene.given({ alice: 100n })
    const taken = Array.from({ length: 20 }, (_, index) => pay(bursar, `k${index}`))
    const balance = bursar.getBalance('alice')
    await bursar.close()
    for (const call of taken) await approval(call)
    expect((await balance).posted).to.equal(80n)
    const reopened = await scene.open()
    expect((await reopened.getBalance('alice')).posted).to.equal(80n)
    expect(await reopened.getTransactionCount()).to.equal(20)
  })

  it('by close() finishes the reports and listings that were asked for before', async () => {
    const bursar = await scene.given({ alice: 100n })
    await pay(bursar, 'k')
    const [report, listing, journal] = [bursar.verify(), collect(bursar.listTransactions()), collect(bursar.journal())]
    await bursar.close()
    expect(await report).to.include({ ok: true, entries: 2 })
    expect(await listing).to.have.length(1)
    expect(await journal).to.have.length(2)
  })

  it('by close() stops the intake at once, in status closing and then closed', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    expect(bursar.status).to.equal('ready')
    const gate = store.hold('commit')
    const taken = pay(bursar, 'taken')
    await gate.reached
    const closing = bursar.close()
    expect(bursar.status).to.equal('closing')
    const error = await rejectionOf(pay(bursar, 'late'), ProcessorClosedError)
    expect(error).to.include({ code: 'ERR_PROCESSOR_CLOSED', retryable: true })
    gate.open()
    await closing
    expect(bursar.status).to.equal('closed')
    await approval(taken)
    await rejectionOf(pay(bursar, 'later'), ProcessorClosedError)
    await rejectionOf(bursar.getBalance('alice'), ProcessorClosedError)
  })

  it('by close() may be asked for many times', async () => {
    const bursar = await scene.given({ alice: 100n })
    await Promise.all([bursar.close(), bursar.close()])
    await bursar.close()
    expect(bursar.status).to.equal('closed')
  })

  it('by await using releases the store at the end of the block', async () => {
    let outside: PaymentProcessor
    {
      await using bursar = await scene.given({ alice: 100n })
      await approval(pay(bursar, 'k'))
      outside = bursar
    }
    expect(outside.status).to.equal('closed')
    expect((await (await scene.open()).getBalance('alice')).posted).to.equal(99n)
  })

  it('by await using releases the store when the block throws', async () => {
    const failing = async (): Promise<void> => {
      await using bursar = await scene.given({ alice: 100n })
      await bursar.getBalance('nobody')
    }
    await rejectionOf(failing(), Error)
    await scene.open()
  })

  it('by abort() settles every waiting caller at once, and certainly nothing of theirs happens', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const calls = [...['a', 'b', 'c', 'c'].map(key => pay(bursar, key)), bursar.getBalance('alice')]
    let settledCount = 0
    for (const call of calls) void call.catch(() => settledCount++)
    await gate.reached
    const aborted = bursar.abort('power is going')
    await quiescence()
    expect(settledCount).to.equal(calls.length)
    gate.open()
    await aborted
    for (const call of calls) {
      expect(await rejectionOf(call, CommandCancelledError)).to.include({ cause: 'power is going' })
    }
    expect(bursar.status).to.equal('closed')
    const reopened = await scene.open()
    expect(await collect(reopened.journal())).to.have.length(1)
    expect(await approval(pay(reopened, 'a'))).to.include({ replayed: false })
  })

  it('by abort() leaves the outcome of a commit in flight unknown, and the key finds it out', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('commit')
    const committing = pay(bursar, 'k')
    await gate.reached
    const behind = pay(bursar, 'behind')
    const aborted = bursar.abort()
    await rejectionOf(committing, OutcomeUnknownError)
    await rejectionOf(behind, CommandCancelledError)
    gate.open()
    await aborted
    const reopened = await scene.open()
    await approval(pay(reopened, 'k'))
    expect((await reopened.getBalance('alice')).posted).to.equal(99n)
  })

  it('by abort() rejects later calls, may be asked for many times, and after close()', async () => {
    const bursar = await scene.given({ alice: 100n })
    await Promise.all([bursar.abort(), bursar.abort()])
    await rejectionOf(pay(bursar, 'k'), ProcessorClosedError)
    await bursar.close()
    await bursar.abort()
    const closed = await scene.open()
    await closed.close()
    await closed.abort()
    expect(closed.status).to.equal('closed')
  })

  it('by abort() overtakes a close() that is still draining', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('load')
    const first = pay(bursar, 'first')
    await gate.reached
    const waiting = pay(bursar, 'waiting')
    const closing = bursar.close()
    const aborted = bursar.abort()
    await rejectionOf(waiting, CommandCancelledError)
    gate.open()
    await rejectionOf(first, CommandCancelledError)
    await Promise.all([closing, aborted])
    expect(await (await scene.open()).getTransactionCount()).to.equal(0)
  })

  it('leaves onIdle() to resolve when every call made so far has its answer', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    await bursar.onIdle()
    const gate = store.hold('commit')
    const order: string[] = []
    const calls = [pay(bursar, 'a'), bursar.getBalance('alice')].map(call => call.then(() => order.push('answer')))
    const idle = bursar.onIdle().then(() => order.push('idle'))
    await gate.reached
    await quiescence()
    gate.open()
    await Promise.all([...calls, idle])
    expect(order).to.deep.equal(['answer', 'answer', 'idle'])
    expect(bursar.queueLength).to.equal(0)
  })

  it('does not make onIdle() wait for calls that were made after it', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const firstGate = store.hold('commit')
    const before = pay(bursar, 'before')
    let isIdle = false
    const idle = bursar.onIdle().then(() => (isIdle = true))
    await firstGate.reached
    const after = pay(bursar, 'after')
    const secondGate = store.hold('commit')
    firstGate.open()
    await approval(before)
    await quiescence()
    const wasIdle = isIdle
    secondGate.open()
    await Promise.all([idle, approval(after)])
    expect(wasIdle).to.equal(true)
  })

  it('is what a second processor has to wait for: one store has one writer', async () => {
    const bursar = await scene.given({ alice: 100n })
    const error = await rejectionOf(scene.open(), StoreLockedError)
    expect(error).to.include({ code: 'ERR_STORE_LOCKED', retryable: true })
    await approval(pay(bursar, 'the first goes on'))
    await rejectionOf(scene.open(), StoreLockedError)
    await bursar.close()
    const second = await scene.open()
    await rejectionOf(scene.open(), StoreLockedError)
    await second.abort()
    expect((await (await scene.open()).getBalance('alice')).posted).to.equal(99n)
  })
})
