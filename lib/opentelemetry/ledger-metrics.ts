import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api'
import type { PaymentProcessor, ProcessorStatus } from '../processor/payment-processor.js'
import { observeWhileOpen } from './observe-while-open.js'

/** From the call to the answer, and what the store takes: a sync of a disk is about a millisecond. */
const WAITING_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Deciding is a matter of microseconds. */
const EXECUTION_SECONDS = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1]
const GROUP_ENTRIES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

/** All but `closed`, which nobody observes any more. */
const STATUSES: Readonly<Record<Exclude<ProcessorStatus, 'closed'>, true>> = {
  ready: true,
  closing: true,
  failed: true,
  fenced: true
}

/** The instruments of one ledger. Their names, units and attributes are public: see docs/reference/telemetry.md. */
export class LedgerMetrics {
  readonly #attributes: Attributes
  readonly #results: Counter
  readonly #duration: Histogram

  constructor(meter: Meter, processor: PaymentProcessor, attributes: Attributes) {
    this.#attributes = attributes
    this.#results = meter.createCounter('bursar.command.results', {
      description: 'Answers that callers got, by what became of the command.',
      unit: '{command}'
    })
    this.#duration = seconds(meter, 'bursar.command.duration', {
      description: 'From the call to its answer.',
      boundaries: WAITING_SECONDS
    })
    measureExecution(meter, processor, attributes)
    measureCommits(meter, processor, attributes)
    countSetbacks(meter, processor, attributes)
    observeState(meter, processor, attributes)
  }

  /** A caller has the answer. */
  answered(type: string, outcome: Attributes, durationMs: number): void {
    const kind = { ...this.#attributes, 'bursar.command.type': type, 'bursar.outcome': outcome['bursar.outcome'] }
    this.#results.add(1, { ...kind, ...outcome })
    this.#duration.record(durationMs / 1_000, kind)
  }
}

function measureExecution(meter: Meter, processor: PaymentProcessor, attributes: Attributes): void {
  const wait = seconds(meter, 'bursar.queue.wait_time', {
    description: 'From the call to the turn of the command in the queue.',
    boundaries: WAITING_SECONDS
  })
  const execution = seconds(meter, 'bursar.execution.duration', {
    description: 'Deciding one command, without the wait before it and the commit after it.',
    boundaries: EXECUTION_SECONDS
  })
  processor.on('command:executed', ({ command, waitMs, executionMs }) => {
    wait.record(waitMs / 1_000, attributes)
    execution.record(executionMs / 1_000, { ...attributes, 'bursar.command.type': command })
  })
}

function measureCommits(meter: Meter, processor: PaymentProcessor, attributes: Attributes): void {
  const duration = seconds(meter, 'bursar.commit.duration', {
    description: 'Making one group of entries durable.',
    boundaries: WAITING_SECONDS
  })
  const size = meter.createHistogram('bursar.commit.size', {
    description: 'Entries that became durable together.',
    unit: '{entry}',
    advice: { explicitBucketBoundaries: GROUP_ENTRIES }
  })
  processor.on('group:committed', ({ entries, durationMs }) => {
    duration.record(durationMs / 1_000, attributes)
    size.record(entries, attributes)
  })
}

/** Each begins at zero, so that the first one is a rise that an alert can see. */
function countSetbacks(meter: Meter, processor: PaymentProcessor, attributes: Attributes): void {
  const count = (name: string, unit: string, description: string): Counter => {
    const counter = meter.createCounter(name, { description, unit })
    counter.add(0, attributes)
    return counter
  }
  const limited = count('bursar.command.rate_limited', '{command}', 'Commands refused because they came too fast.')
  processor.on('command:rate-limited', () => limited.add(1, attributes))
  const letters = count('bursar.command.dead_letters', '{command}', 'Commands that were given up and put aside.')
  processor.on('command:dead-lettered', () => letters.add(1, attributes))
  const retries = count('bursar.commit.retries', '{retry}', 'Further attempts at commits that did not happen.')
  processor.on('command:retried', () => retries.add(1, attributes))
  const forgotten = count('bursar.idempotency_key.forgotten', '{key}', 'Keys past their horizon, freed.')
  processor.on('keys:forgotten', ({ keys }) => forgotten.add(keys, attributes))
}

function observeState(meter: Meter, processor: PaymentProcessor, attributes: Attributes): void {
  const queueLength = meter.createObservableUpDownCounter('bursar.queue.length', {
    description: 'Calls that wait for their answer.',
    unit: '{call}'
  })
  const status = meter.createObservableUpDownCounter('bursar.processor.status', {
    description: 'One for the status that the processor is in, zero for all others.',
    unit: '{processor}'
  })
  const head = meter.createObservableGauge('bursar.journal.head', {
    description: 'The sequence of the last durable entry, once one was made durable since the opening.',
    unit: '{entry}'
  })
  let lastSequence: number | undefined
  processor.on('group:committed', ({ sequence }) => (lastSequence = sequence))
  observeWhileOpen(meter, processor, {
    observables: [queueLength, status, head],
    observe(observer) {
      observer.observe(queueLength, processor.queueLength, attributes)
      for (const name of Object.keys(STATUSES)) {
        observer.observe(status, name === processor.status ? 1 : 0, { ...attributes, 'bursar.status': name })
      }
      if (lastSequence !== undefined) observer.observe(head, lastSequence, attributes)
    }
  })
}

function seconds(
  meter: Meter,
  name: string,
  { description, boundaries }: { readonly description: string; readonly boundaries: number[] }
): Histogram {
  return meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: boundaries } })
}
