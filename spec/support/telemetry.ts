import type { Attributes } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  MetricReader,
  type MetricData
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan
} from '@opentelemetry/sdk-trace-base'
import { assert } from 'chai'

/** The kinds of metrics, in the words of the documentation. */
export type MetricKind = 'counter' | 'up-down counter' | 'gauge' | 'histogram'

export interface Point {
  readonly attributes: Attributes
  /** A number, or of a histogram what was recorded. */
  readonly value: number
  /** How many values a histogram has; 1 for the others. */
  readonly count: number
}

export interface Metric {
  readonly name: string
  readonly kind: MetricKind
  readonly unit: string
  readonly description: string
  readonly scope: string
  readonly points: readonly Point[]
}

/** Providers for one processor, with everything that was measured kept in memory. */
export interface Telemetry {
  readonly meterProvider: MeterProvider
  readonly tracerProvider: BasicTracerProvider
  /** Collects as a scrape would. */
  metrics(): Promise<readonly Metric[]>
  /** Collects, and answers with the points of one metric; with none where it was not collected. */
  points(name: string): Promise<readonly Point[]>
  /** The spans that have ended, in that order. */
  spans(): readonly ReadableSpan[]
}

/** A reader that collects when it is asked and not before. */
class ReaderOnDemand extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export function telemetry(): Telemetry {
  const reader = new ReaderOnDemand({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  const exporter = new InMemorySpanExporter()

  async function metrics(): Promise<readonly Metric[]> {
    const { resourceMetrics, errors } = await reader.collect()
    assert.deepEqual(errors, [])
    return resourceMetrics.scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map(metric => ({
        name: metric.descriptor.name,
        kind: kindOf(metric),
        unit: metric.descriptor.unit,
        description: metric.descriptor.description,
        scope: scope.name,
        points: pointsOf(metric)
      }))
    )
  }

  return {
    meterProvider: new MeterProvider({ readers: [reader] }),
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    metrics,
    points: async name => (await metrics()).find(metric => metric.name === name)?.points ?? [],
    spans: () => exporter.getFinishedSpans()
  }
}

function kindOf(metric: MetricData): MetricKind {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'up-down counter'
    case DataPointType.GAUGE:
      return 'gauge'
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'histogram'
    default:
      return metric satisfies never
  }
}

function pointsOf(metric: MetricData): readonly Point[] {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return metric.dataPoints.map(({ attributes, value }) => ({ attributes, value, count: 1 }))
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return metric.dataPoints.map(({ attributes, value }) => ({
        attributes,
        value: value.sum ?? 0,
        count: value.count
      }))
    default:
      return metric satisfies never
  }
}
