import { findRow, type SummaryRow } from './summary.js'
import type { Trial, TrialResult } from './trial.js'

/** A trial of the matrix: one peer, so many callers, over 10,000 accounts or one. */
export type Cell = Pick<Trial, 'peer' | 'accounts' | 'inFlight'>

/** What Bursar must reach: against another trial that ran beside it, or in absolute terms. */
export interface Target {
  readonly subject: Cell
  readonly measure: Measure
  /** The limits are ratios to this trial; without it they are what `measure` is in. */
  readonly baseline?: Cell
  /** From what a release must have to what we would like to see; the last is the hardest. */
  readonly levels: readonly Level[]
}

export interface Level {
  readonly name: 'floor' | 'goal' | 'aim'
  readonly limit: number
}

/** `throughput`: payments per second, at least. Everything else: milliseconds, at most. */
export type Measure = 'throughput' | 'p50 latency' | 'p99 latency' | 'loop delay p99' | 'loop delay max'

const MEMORY_1000 = cell('bursar-memory', 1_000)
const SQLITE_1000 = cell('bursar-sqlite', 1_000)

export const TARGETS: readonly Target[] = [
  {
    subject: MEMORY_1000,
    measure: 'throughput',
    baseline: cell('bare-queue', 1_000),
    levels: [
      { name: 'floor', limit: 0.15 },
      { name: 'goal', limit: 0.25 },
      { name: 'aim', limit: 0.4 }
    ]
  },
  {
    subject: SQLITE_1000,
    measure: 'throughput',
    baseline: cell('sqlite-transaction', 1_000),
    levels: [
      { name: 'floor', limit: 4 },
      { name: 'goal', limit: 12 },
      { name: 'aim', limit: 20 }
    ]
  },
  {
    subject: cell('bursar-sqlite', 100),
    measure: 'throughput',
    baseline: cell('sqlite-transaction', 100),
    levels: [
      { name: 'goal', limit: 7 },
      { name: 'aim', limit: 10 }
    ]
  },
  {
    subject: cell('bursar-sqlite', 1),
    measure: 'throughput',
    baseline: cell('sqlite-transaction', 1),
    levels: [{ name: 'floor', limit: 0.7 }]
  },
  {
    subject: cell('bursar-sqlite', 1),
    measure: 'p50 latency',
    baseline: cell('sqlite-transaction', 1),
    levels: [{ name: 'goal', limit: 1.3 }]
  },
  ...[MEMORY_1000, SQLITE_1000].map((uniform): Target => ({
    subject: { ...uniform, accounts: 'hot' },
    measure: 'throughput',
    baseline: uniform,
    levels: [{ name: 'goal', limit: 0.9 }]
  })),
  { subject: cell('bursar-sqlite', 100), measure: 'p99 latency', levels: [{ name: 'goal', limit: 10 }] },
  ...[MEMORY_1000, SQLITE_1000].flatMap((subject): readonly Target[] => [
    { subject, measure: 'loop delay p99', levels: [{ name: 'goal', limit: 10 }] },
    { subject, measure: 'loop delay max', levels: [{ name: 'goal', limit: 50 }] }
  ])
]

/** How a target came out; only where all its trials ran. */
export interface TargetOutcome {
  readonly target: Target
  /** Of the medians. */
  readonly value: number
  /** The lowest and the highest within one repeat: how far the measurement can be trusted. */
  readonly range: readonly [lowest: number, highest: number]
  readonly levels: readonly (Level & { readonly met: boolean })[]
}

export function checkTargets(
  rows: readonly SummaryRow[],
  targets: readonly Target[] = TARGETS
): readonly TargetOutcome[] {
  return targets.flatMap(target => {
    const subject = findRow(rows, target.subject)
    const baseline = target.baseline && findRow(rows, target.baseline)
    if (subject === undefined || (target.baseline !== undefined && baseline === undefined)) return []
    const read = READINGS[target.measure]
    const value = read(medianOf(subject)) / (baseline === undefined ? 1 : read(medianOf(baseline)))
    const values = subject.repeats.map(
      (result, repeat) => read(result) / (baseline === undefined ? 1 : read(baseline.repeats[repeat]!))
    )
    const isMet = (limit: number): boolean => (isAtLeast(target.measure) ? value >= limit : value <= limit)
    return [
      {
        target,
        value,
        range: [Math.min(...values), Math.max(...values)] as const,
        levels: target.levels.map(level => ({ ...level, met: isMet(level.limit) }))
      }
    ]
  })
}

/** Whether more is better. */
export function isAtLeast(measure: Measure): boolean {
  return measure === 'throughput'
}

type Sample = Pick<TrialResult, 'perSecond' | 'loopDelayMs'> & { readonly latencyMs: { p50: number; p99: number } }

const READINGS: { readonly [measure in Measure]: (sample: Sample) => number } = {
  throughput: sample => sample.perSecond,
  'p50 latency': sample => sample.latencyMs.p50,
  'p99 latency': sample => sample.latencyMs.p99,
  'loop delay p99': sample => sample.loopDelayMs.p99,
  'loop delay max': sample => sample.loopDelayMs.max
}

function medianOf({ perSecond, latencyMs, loopDelayMs }: SummaryRow): Sample {
  return { perSecond: perSecond.median, latencyMs, loopDelayMs }
}

function cell(peer: string, inFlight: number): Cell {
  return { peer, accounts: 'uniform', inFlight }
}
