import { once } from 'node:events'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { expect } from 'chai'
import { IdempotencyConflictError, openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { approval, rejectionOf } from '../support/expectations.js'
import { telemetry } from '../support/telemetry.js'

const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

describe('An instrumented processor', () => {
  let inner: PaymentProcessor

  beforeEach(async () => {
    inner = await openPaymentProcessor()
    await inner.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000n })
  })
  afterEach(() => inner.close())

  it('needs no SDK: without one nothing is measured, and the answers are the same', async () => {
    const bursar = instrument(inner)
    const paid = await approval(bursar.processPayment(payment))
    expect(await inner.getTransaction(paid.transactionId)).to.include({ amount: 1n })
  })

  it('is the same ledger as the processor itself', async () => {
    const bursar = instrument(inner)
    const groups: number[] = []
    bursar.on('group:committed', ({ sequence }) => groups.push(sequence))
    await bursar.processPayment(payment)
    expect(await bursar.getBalance('alice')).to.deep.equal(await inner.getBalance('alice'))
    expect(groups).to.deep.equal([2])
    const waiting = bursar.getBalance('alice')
    expect([bursar.queueLength, inner.queueLength]).to.deep.equal([1, 1])
    await waiting
    await bursar.close()
    expect(inner.status).to.equal('closed')
  })

  it('keeps the order of the calls', async () => {
    const bursar = instrument(inner)
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
    const answers = await Promise.all(keys.map(idempotencyKey => bursar.deposit({ ...payment, idempotencyKey })))
    const sequences = answers.map(({ sequence }) => sequence)
    expect(sequences).to.deep.equal([...sequences].sort((one, other) => one - other))
  })

  it('rejects with the very error of the processor', async () => {
    const bursar = instrument(inner)
    await bursar.processPayment(payment)
    const error = await rejectionOf(bursar.processPayment({ ...payment, amount: 2n }), IdempotencyConflictError)
    expect(error.fields).to.deep.equal(['amount'])
  })

  it('works when its methods are taken apart', async () => {
    const { processPayment, submit, getBalance } = instrument(inner)
    await processPayment(payment)
    await submit({ type: 'ProcessPayment', ...payment, idempotencyKey: 'k2' })
    expect(await getBalance('alice')).to.include({ posted: 998n })
  })

  it('is closed by a block that disposes of it', async () => {
    {
      await using bursar = instrument(inner)
      await bursar.processPayment(payment)
    }
    expect(inner.status).to.equal('closed')
  })

  it('reveals no account, key, amount, metadata or text of the caller', async () => {
    const { meterProvider, tracerProvider, metrics, spans } = telemetry()
    const bursar = instrument(inner, { meterProvider, tracerProvider })
    const secret = {
      accountId: 'alice',
      amount: 777_123n,
      idempotencyKey: 'order-777123',
      metadata: { note: 'secret' }
    }
    await bursar.deposit(secret)
    await bursar.processPayment({ ...secret, idempotencyKey: 'order-777124', amount: 777_124_777_124n })
    const refused = [
      bursar.deposit({ ...secret, amount: 777_124n }),
      bursar.deposit({ ...secret, accountId: 'order-777125' }),
      bursar.deposit({ ...secret, accountId: 'secret account' }),
      bursar.deposit({ ...secret, metadata: { secret: '4111111111111111' } })
    ]
    expect((await Promise.allSettled(refused)).map(({ status }) => status)).to.deep.equal(refused.map(() => 'rejected'))
    // Durations and times are left out: by chance they may have any digits.
    const told = JSON.stringify([
      (await metrics()).map(({ name, points }) => [name, points.map(({ attributes }) => attributes)]),
      spans().map(({ name, attributes, status, events }) => [
        name,
        attributes,
        status,
        events.map(event => [event.name, event.attributes])
      ])
    ])
    expect(spans()).to.have.length(6)
    expect(told)
      .to.include('ERR_IDEMPOTENCY_CONFLICT')
      .and.not.match(/7771|secret|alice|4111/)
  })
})

describe('Telemetry that throws', () => {
  const broken = (): never => {
    throw new Error('no telemetry today')
  }
  const tracerProvider = { getTracer: () => ({ startSpan: broken }) } as unknown as TracerProvider
  const instruments = { createCounter: broken }

  it('takes no answer from a caller, and is reported as a warning of the process', async () => {
    const { meterProvider } = telemetry()
    const meter = meterProvider.getMeter('broken')
    meter.createCounter = () => ({ add: value => (value === 0 ? undefined : broken()) })
    meter.createHistogram = () => ({ record: broken })
    const processor = await openPaymentProcessor()
    const bursar = instrument(processor, { meterProvider: { getMeter: () => meter }, tracerProvider })
    const warned = once(process, 'warning') as Promise<[Error]>
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    await approval(bursar.processPayment(payment))
    await rejectionOf(bursar.processPayment({ ...payment, amount: 2n }), IdempotencyConflictError)
    const [warning] = await warned
    expect(warning).to.include({ name: 'BursarWarning' })
    expect(warning.message).to.include('no telemetry today')
    await bursar.close()
  })

  it('throws at once where it cannot even begin', async () => {
    const processor = await openPaymentProcessor()
    const meterProvider = { getMeter: () => instruments } as unknown as MeterProvider
    expect(() => instrument(processor, { meterProvider })).to.throw('no telemetry today')
    await processor.close()
  })
})
