import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { telemetry, type Telemetry } from '../support/telemetry.js'

const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

describe('The spans of an instrumented processor', () => {
  let observed: Telemetry
  let bursar: PaymentProcessor

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
  after(() => context.disable())
  beforeEach(async () => {
    observed = telemetry()
    const processor = await openPaymentProcessor()
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    bursar = instrument(processor, { tracerProvider: observed.tracerProvider, attributes: { ledger: 'shop' } })
  })
  afterEach(() => bursar.close())

  it('tell of each command what became of it', async () => {
    await bursar.processPayment(payment)
    const [span, ...more] = observed.spans()
    expect(more).to.be.empty
    expect(span).to.include({ name: 'bursar.ProcessPayment', kind: SpanKind.INTERNAL })
    expect(span!.status).to.deep.equal({ code: SpanStatusCode.UNSET })
    expect(span!.instrumentationScope.name).to.equal('bursar')
    expect(span!.attributes).to.deep.equal({
      ledger: 'shop',
      'bursar.command.type': 'ProcessPayment',
      'bursar.outcome': 'approved',
      'bursar.replayed': false,
      'bursar.sequence': 2
    })
  })

  it('take a decline for an answer, not for an error', async () => {
    await bursar.submit({ type: 'ProcessPayment', ...payment, amount: 5n })
    const [span] = observed.spans()
    expect(span!.status).to.deep.equal({ code: SpanStatusCode.UNSET })
    expect(span!.attributes).to.include({ 'bursar.outcome': 'declined', 'bursar.decline.code': 'insufficient_funds' })
    expect(span!.events).to.be.empty
  })

  it('mark a replay, with the sequence of the first execution', async () => {
    await bursar.processPayment(payment)
    await bursar.processPayment(payment)
    expect(observed.spans().map(({ attributes }) => attributes['bursar.replayed'])).to.deep.equal([false, true])
    expect(observed.spans().map(({ attributes }) => attributes['bursar.sequence'])).to.deep.equal([2, 2])
  })

  it('record a rejection as an error, by its code alone', async () => {
    await bursar.processPayment(payment)
    await bursar.processPayment({ ...payment, amount: 7n }).catch(() => undefined)
    const span = observed.spans()[1]!
    const code = 'ERR_IDEMPOTENCY_CONFLICT'
    expect(span.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: code })
    expect(span.attributes).to.deep.equal({
      ledger: 'shop',
      'bursar.command.type': 'ProcessPayment',
      'bursar.outcome': 'rejected',
      'error.type': code
    })
    expect(span.events.map(({ name, attributes }) => [name, attributes])).to.deep.equal([
      ['exception', { 'exception.type': code }]
    ])
  })

  it('continue the trace of the caller, of each caller its own', async () => {
    const tracer = observed.tracerProvider.getTracer('shop')
    const pay = (idempotencyKey: string) =>
      tracer.startActiveSpan(`request ${idempotencyKey}`, async (request: Span) => {
        await Promise.resolve()
        await bursar.deposit({ ...payment, idempotencyKey })
        expect(trace.getActiveSpan()).to.equal(request)
        request.end()
      })
    await Promise.all([pay('one'), pay('two')])
    const spans = observed.spans()
    for (const request of spans.filter(({ name }) => name.startsWith('request'))) {
      const { traceId, spanId } = request.spanContext()
      const children = spans.filter(span => span.parentSpanContext?.spanId === spanId)
      expect(children.map(({ name }) => name)).to.deep.equal(['bursar.Deposit'])
      expect(children[0]!.spanContext().traceId).to.equal(traceId)
    }
    expect(spans).to.have.length(4)
  })

  it('begin a trace where there is none', async () => {
    await bursar.deposit(payment)
    expect(observed.spans()[0]!.parentSpanContext).to.equal(undefined)
  })

  it('are not made for reads', async () => {
    await bursar.getBalance('alice')
    expect(observed.spans()).to.be.empty
  })

  it('go to the global provider where none is given', async () => {
    trace.setGlobalTracerProvider(observed.tracerProvider)
    try {
      const processor = instrument(await openPaymentProcessor())
      await processor.createAccount({ accountId: 'bob', currency: 'USD' })
      await processor.close()
    } finally {
      trace.disable()
    }
    expect(observed.spans().map(({ name }) => name)).to.deep.equal(['bursar.CreateAccount'])
  })
})
