import { metrics as globalMetrics } from '@opentelemetry/api'
import { expect } from 'chai'
import {
  DeadLetteredError,
  memoryStore,
  openPaymentProcessor,
  OutcomeUnknownError,
  RateLimitedError,
  type Command,
  type PaymentProcessor,
  type PaymentProcessorOptions,
  type Store
} from 'bursar'
import { instrument, type InstrumentOptions } from 'bursar/opentelemetry'
import { faultyStore, manualClock } from 'bursar/testing'
import { doubtfulStore } from '../support/doubtful-store.js'
import { collect, rejectionOf } from '../support/expectations.js'
import { gatedStore } from '../support/gated-store.js'
import { telemetry, type Telemetry } from '../support/telemetry.js'

const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

describe('The metrics of an instrumented processor', () => {
  let observed: Telemetry
  let opened: PaymentProcessor[]

  beforeEach(() => {
    observed = telemetry()
    opened = []
  })
  afterEach(async () => {
    for (const processor of opened) await processor.close()
  })

  async function open(
    store: Store = memoryStore(),
    options: InstrumentOptions = { meterProvider: observed.meterProvider },
    processorOptions: PaymentProcessorOptions = {}
  ): Promise<PaymentProcessor> {
    const processor = await openPaymentProcessor({ store, ...processorOptions })
    opened.push(processor)
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    return instrument(processor, options)
  }

  it('count answers by command, outcome, decline code and replay', async () => {
    const bursar = await open()
    await bursar.processPayment(payment)
    await bursar.processPayment(payment)
    await bursar.processPayment({ ...payment, idempotencyKey: 'declined' })
    await bursar.submit({ type: 'Deposit', ...payment, idempotencyKey: 'deposit' })
    const ofPayment = { 'bursar.command.type': 'ProcessPayment' }
    expect(await observed.points('bursar.command.results')).to.deep.equal([
      counted(1, { ...ofPayment, 'bursar.outcome': 'approved', 'bursar.replayed': false }),
      counted(1, { ...ofPayment, 'bursar.outcome': 'approved', 'bursar.replayed': true }),
      counted(1, {
        ...ofPayment,
        'bursar.outcome': 'declined',
        'bursar.decline.code': 'insufficient_funds',
        'bursar.replayed': false
      }),
      counted(1, { 'bursar.command.type': 'Deposit', 'bursar.outcome': 'approved', 'bursar.replayed': false })
    ])
  })

  it('count rejections by the code of the error, conflicts of keys among them', async () => {
    const bursar = await open()
    await bursar.processPayment(payment)
    await bursar.processPayment({ ...payment, amount: 2n }).catch(() => undefined)
    await bursar.processPayment({ ...payment, accountId: 'nobody' }).catch(() => undefined)
    await bursar.processPayment({ ...payment, amount: -1n }).catch(() => undefined)
    const rejected = { 'bursar.command.type': 'ProcessPayment', 'bursar.outcome': 'rejected' }
    expect((await observed.points('bursar.command.results')).slice(1)).to.deep.equal([
      counted(1, { ...rejected, 'error.type': 'ERR_IDEMPOTENCY_CONFLICT' }),
      counted(1, { ...rejected, 'error.type': 'ERR_ACCOUNT_NOT_FOUND' }),
      counted(1, { ...rejected, 'error.type': 'ERR_INVALID_AMOUNT' })
    ])
  })

  it('have one series for all commands that nobody knows, so that callers cannot make up series', async () => {
    const bursar = await open()
    for (const type of ['PrintMoney', 'toString', '__proto__', 7, undefined]) {
      await bursar.submit({ ...payment, type } as unknown as Command).catch(() => undefined)
    }
    await bursar.submit(undefined as unknown as Command).catch(() => undefined)
    const attributes = { 'bursar.outcome': 'rejected', 'error.type': 'ERR_INVALID_REQUEST' }
    expect(await observed.points('bursar.command.results')).to.deep.equal([
      counted(6, { 'bursar.command.type': '_OTHER', ...attributes })
    ])
  })

  it('take the time of every answer, by command and outcome', async () => {
    const bursar = await open()
    await bursar.processPayment(payment)
    await bursar.processPayment(payment)
    await bursar.processPayment({ ...payment, amount: 2n }).catch(() => undefined)
    const durations = await observed.points('bursar.command.duration')
    expect(durations.map(({ attributes, count }) => ({ attributes, count }))).to.deep.equal([
      { attributes: { 'bursar.command.type': 'ProcessPayment', 'bursar.outcome': 'approved' }, count: 2 },
      { attributes: { 'bursar.command.type': 'ProcessPayment', 'bursar.outcome': 'rejected' }, count: 1 }
    ])
    for (const { value } of durations) expect(value).to.be.greaterThan(0)
  })

  it('take the wait and the execution of every call that had its turn, replays included', async () => {
    const bursar = await open()
    await Promise.all([bursar.processPayment(payment), bursar.processPayment(payment)])
    await bursar.deposit({ ...payment, idempotencyKey: 'deposit' })
    await bursar.deposit({ ...payment, idempotencyKey: 'late' }, { deadlineMs: 0 }).catch(() => undefined)
    const [wait] = await observed.points('bursar.queue.wait_time')
    expect(wait).to.include({ count: 3 })
    const executions = await observed.points('bursar.execution.duration')
    expect(executions.map(({ attributes, count }) => [attributes['bursar.command.type'], count])).to.deep.equal([
      ['ProcessPayment', 2],
      ['Deposit', 1]
    ])
  })

  it('take the time and the size of every commit, and where the journal ends', async () => {
    const bursar = await open()
    expect(await observed.points('bursar.journal.head')).to.be.empty
    await Promise.all([1, 2, 3].map(n => bursar.deposit({ ...payment, idempotencyKey: `k${n}` })))
    await bursar.deposit({ ...payment, idempotencyKey: 'k4' })
    const journal = await collect(bursar.journal())
    const [size] = await observed.points('bursar.commit.size')
    // The account was created before anybody measured.
    expect(size!.value).to.equal(journal.length - 1)
    const [duration] = await observed.points('bursar.commit.duration')
    expect(duration!.count).to.equal(size!.count)
    expect(await observed.points('bursar.journal.head')).to.deep.equal([counted(journal.at(-1)!.sequence, {})])
  })

  it('count retries of commits, dead letters and refusals by a rate limit, from zero', async () => {
    const inner = memoryStore()
    const earlier = await openPaymentProcessor({ store: inner })
    await earlier.createAccount({ accountId: 'poisoned', currency: 'USD' })
    await earlier.close()
    const store = faultyStore(inner)
    store.poison('poisoned')
    const { meterProvider } = observed
    const options = { rateLimit: { perAccount: { perSecond: 0.001, burst: 2 } }, retry: { delayMs: 1 } }
    const bursar = await open(store, { meterProvider }, options)
    const setbacks = async () => {
      const metrics = await observed.metrics()
      const names = ['bursar.commit.retries', 'bursar.command.dead_letters', 'bursar.command.rate_limited']
      return names.map(name => metrics.find(metric => metric.name === name)!.points)
    }
    expect(await setbacks()).to.deep.equal([[counted(0, {})], [counted(0, {})], [counted(0, {})]])

    store.failCommits('busy', 2)
    await bursar.deposit(payment)
    await rejectionOf(bursar.deposit({ ...payment, accountId: 'poisoned' }), DeadLetteredError)
    await rejectionOf(bursar.deposit({ ...payment, idempotencyKey: 'one too many' }), RateLimitedError)
    expect(await setbacks()).to.deep.equal([[counted(2, {})], [counted(1, {})], [counted(1, {})]])
  })

  it('count the keys that were forgotten', async () => {
    const clock = manualClock()
    const { meterProvider } = observed
    const bursar = await open(memoryStore(), { meterProvider }, { clock, idempotency: { keyTtlMs: 1, answerTtlMs: 1 } })
    const forgotten = new Promise<number>(resolve => bursar.on('keys:forgotten', ({ keys }) => resolve(keys)))
    await bursar.deposit(payment)
    clock.advance(60_000)
    await bursar.deposit({ ...payment, idempotencyKey: 'later' })
    const keys = await forgotten
    expect(await observed.points('bursar.idempotency_key.forgotten')).to.deep.equal([counted(keys, {})])
  })

  it('tell how many calls wait', async () => {
    const store = gatedStore(memoryStore())
    const bursar = await open(store)
    const gate = store.hold('commit')
    const answers = [1, 2].map(n => bursar.deposit({ ...payment, idempotencyKey: `k${n}` }))
    await gate.reached
    expect(await observed.points('bursar.queue.length')).to.deep.equal([counted(2, {})])
    gate.open()
    await Promise.all(answers)
    expect(await observed.points('bursar.queue.length')).to.deep.equal([counted(0, {})])
  })

  it('tell the status that the processor is in', async () => {
    const store = doubtfulStore(memoryStore())
    const bursar = await open(store)
    const status = async () =>
      (await observed.points('bursar.processor.status')).map(({ attributes, value }) => [
        attributes['bursar.status'],
        value
      ])
    expect(Object.fromEntries(await status())).to.deep.equal({ ready: 1, closing: 0, failed: 0, fenced: 0 })
    store.doubtCommits('landed')
    await rejectionOf(bursar.deposit(payment), OutcomeUnknownError)
    expect(Object.fromEntries(await status())).to.deep.equal({ ready: 0, closing: 0, failed: 1, fenced: 0 })
  })

  it('tell how late the event loop is, from the second collection on', async () => {
    await open()
    const names = ['p50', 'p99', 'max'].map(name => `nodejs.eventloop.delay.${name}`)
    const delays = async () => (await observed.metrics()).filter(({ name }) => names.includes(name))
    expect(await delays()).to.be.empty
    const [p50, p99, max] = await delays()
    expect([p50, p99, max].map(metric => metric?.name)).to.deep.equal(names)
    expect(p50!.points[0]!.value).to.be.at.least(0)
    expect(max!.points[0]!.value).to.be.at.least(p50!.points[0]!.value)
  })

  it('leave the event loop to others where that is wished', async () => {
    await open(memoryStore(), { meterProvider: observed.meterProvider, eventLoopDelay: false })
    await observed.metrics()
    const names = (await observed.metrics()).map(({ name }) => name)
    expect(names).to.include('bursar.queue.length')
    expect(names.filter(name => name.startsWith('nodejs.'))).to.deep.equal([])
  })

  it('carry the attributes that tell several ledgers apart', async () => {
    const { meterProvider } = observed
    const ledgers = ['shop', 'bank']
    for (const ledger of ledgers) {
      const bursar = await open(memoryStore(), { meterProvider, attributes: { ledger } })
      await bursar.processPayment(payment)
    }
    await observed.metrics()
    const metrics = await observed.metrics()
    expect(metrics).to.have.length.greaterThan(8)
    for (const { name, points } of metrics) {
      expect([...new Set(points.map(({ attributes }) => attributes['ledger']))], name).to.deep.equal(ledgers)
    }
  })

  it('are not observed any more once the processor is closed, however that was done', async () => {
    const { meterProvider } = observed
    const bursar = await open(memoryStore(), { meterProvider, attributes: { ledger: 'closed' } })
    await open(memoryStore(), { meterProvider, attributes: { ledger: 'open' } })
    await bursar.deposit(payment)
    await opened[0]!.close()
    expect(bursar.status).to.equal('closed')
    for (let collection = 0; collection < 2; collection++) {
      const points = await observed.points('bursar.queue.length')
      expect(points.map(({ attributes }) => attributes['ledger'])).to.deep.equal(['open'])
    }
    expect(await observed.points('bursar.journal.head')).to.be.empty
  })

  it('leave nothing with the meter that would keep a closed processor alive', async () => {
    const meter = observed.meterProvider.getMeter('counted')
    const callbacks = new Set<unknown>()
    const { addBatchObservableCallback: add, removeBatchObservableCallback: remove } = meter
    meter.addBatchObservableCallback = (callback, observables) => {
      callbacks.add(callback)
      add.call(meter, callback, observables)
    }
    meter.removeBatchObservableCallback = (callback, observables) => {
      callbacks.delete(callback)
      remove.call(meter, callback, observables)
    }
    const bursar = await open(memoryStore(), { meterProvider: { getMeter: () => meter } })
    await observed.metrics()
    expect(callbacks).not.to.be.empty
    await bursar.close()
    await observed.metrics()
    expect(callbacks).to.be.empty
  })

  it('go to the global provider where none is given', async () => {
    globalMetrics.setGlobalMeterProvider(observed.meterProvider)
    try {
      const bursar = await open(memoryStore(), {})
      await bursar.processPayment(payment)
    } finally {
      globalMetrics.disable()
    }
    expect(await observed.points('bursar.command.results')).to.have.length(1)
  })
})

function counted(value: number, attributes: object) {
  return { attributes, value, count: 1 }
}
