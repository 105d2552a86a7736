import { metrics, trace, type Attributes, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import { fieldsOf, shapeOf } from '../domain/known-fields.js'
import type { CommandResult } from '../domain/result.js'
import { safely } from '../observability/safely.js'
import type { PaymentProcessor } from '../processor/payment-processor.js'
import { attributesOfError, attributesOfResult, commandTypeOf, commandTypeOfMethod } from './attributes.js'
import { CommandSpans } from './command-spans.js'
import { observeEventLoop } from './event-loop.js'
import { LedgerMetrics } from './ledger-metrics.js'
import { monotonicMs } from '../timers.js'

/** The name of the meter and of the tracer. */
const SCOPE = 'bursar'
/** Telemetry that fails must never cost a payment its answer: the warning names it. */
const TELEMETRY = 'OpenTelemetry'

export interface InstrumentOptions {
  /** Where the metrics go. @default the global provider, as it is registered at the time of the call */
  readonly meterProvider?: MeterProvider
  /** Where the spans go. @default the global provider */
  readonly tracerProvider?: TracerProvider
  /** Put on every metric and every span, for instance to tell several ledgers in one process apart. @default none */
  readonly attributes?: Attributes
  /** Whether to measure the delay of the event loop; `false` where something else in the process does. @default true */
  readonly eventLoopDelay?: boolean
}

const OPTIONS = shapeOf<InstrumentOptions>('InstrumentOptions', {
  meterProvider: true,
  tracerProvider: true,
  attributes: true,
  eventLoopDelay: true
})

/**
 * Measures a processor through the OpenTelemetry API. Use what it returns in place of the processor: every member is
 * there and answers the same. Nothing is measured of calls that are made to the processor itself.
 *
 * @example
 * const processor = instrument(await openPaymentProcessor({ store }))
 */
export function instrument(processor: PaymentProcessor, options?: InstrumentOptions): PaymentProcessor {
  const { attributes = {}, eventLoopDelay = true, meterProvider, tracerProvider } = fieldsOf(options, OPTIONS)
  const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE)
  const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE)
  const ledger = new LedgerMetrics(meter, processor, attributes)
  const spans = new CommandSpans(tracer, attributes)
  if (eventLoopDelay) observeEventLoop(meter, processor, attributes)

  /** Runs synchronously up to the call, so that the span has the caller's context and the queue the caller's order. */
  async function observe(type: string, call: () => unknown): Promise<unknown> {
    const span = safely(TELEMETRY, () => spans.start(type))
    const startedAt = monotonicMs()
    const settle = (outcome: Attributes, end: () => void): void => {
      safely(TELEMETRY, () => ledger.answered(type, outcome, monotonicMs() - startedAt))
      safely(TELEMETRY, end)
    }
    try {
      const result = await call()
      const outcome = attributesOfResult(result as CommandResult)
      settle(outcome, () => spans.answered(span, result as CommandResult, outcome))
      return result
    } catch (error) {
      const outcome = attributesOfError(error)
      settle(outcome, () => spans.rejected(span, outcome))
      throw error
    }
  }

  return new Proxy(processor, {
    get(target, member) {
      const value: unknown = Reflect.get(target, member, target)
      if (typeof value !== 'function') return value
      // Not a bound function: `await using` of Node.js 24 takes none for a way to dispose.
      const method = (...words: unknown[]): unknown => Reflect.apply(value, target, words)
      if (member === 'submit') {
        return (...words: unknown[]) => observe(commandTypeOf(typeIn(words[0])), () => method(...words))
      }
      const type = commandTypeOfMethod(member)
      return type === undefined ? method : (...words: unknown[]) => observe(type, () => method(...words))
    }
  })
}

/** What a request says it is. One that cannot be read is for the processor to refuse. */
function typeIn(command: unknown): unknown {
  try {
    return (command as { readonly type?: unknown } | null | undefined)?.type
  } catch {
    return undefined
  }
}
