import { findRow, type SummaryRow } from './summary.js'
import type { TrialResult } from './trial.js'

/** What Bursar must reach against a peer that ran beside it, at the same number of callers over 1,000 accounts. */
export interface Target {
  readonly peer: string
  readonly baseline: string
  readonly inFlight: number
  /** `throughput`: payments per second over the baseline's, at least. `latency`: median latency over it, at most. */
  readonly measure: 'throughput' | 'latency'
  /** From what a release must have to what we would like to see; the last is the hardest. */
  readonly levels: readonly { readonly name: 'floor' | 'goal' | 'aim'; readonly ratio: number }[]
}

export const TARGETS: readonly Target[] = [
  {
    peer: 'bursar-memory',
    baseline: 'bare-queue',
    inFlight: 1_000,
    measure: 'throughput',
    levels: [
      { name: 'floor', ratio: 0.15 },
      { name: 'goal', ratio: 0.25 },
      { name: 'aim', ratio: 0.4 }
    ]
  },
  {
    peer: 'bursar-sqlite',
    baseline: 'sqlite-transaction',
    inFlight: 1_000,
    measure: 'throughput',
    levels: [
      { name: 'floor', ratio: 4 },
      { name: 'goal', ratio: 12 },
      { name: 'aim', ratio: 20 }
    ]
  },
  {
    peer: 'bursar-sqlite',
    baseline: 'sqlite-transaction',
    inFlight: 100,
    measure: 'throughput',
    levels: [
      { name: 'goal', ratio: 7 },
      { name: 'aim', ratio: 10 }
    ]
  },
  {
    peer: 'bursar-sqlite',
    baseline: 'sqlite-transaction',
    inFlight: 1,
    measure: 'throughput',
    levels: [{ name: 'floor', ratio: 0.7 }]
  },
  {
    peer: 'bursar-sqlite',
    baseline: 'sqlite-transaction',
    inFlight: 1,
    measure: 'latency',
    levels: [{ name: 'goal', ratio: 1.3 }]
  }
]

/** How a target came out; only where both sides ran. */
export interface TargetOutcome {
  readonly target: Target
  /** Of the medians. */
  readonly ratio: number
  /** The lowest and the highest ratio within one repeat: how far the measurement can be trusted. */
  readonly range: readonly [lowest: number, highest: number]
  readonly levels: readonly { readonly name: string; readonly ratio: number; readonly met: boolean }[]
}

export function checkTargets(
  rows: readonly SummaryRow[],
  targets: readonly Target[] = TARGETS
): readonly TargetOutcome[] {
  return targets.flatMap(target => {
    const { inFlight, measure } = target
    const subject = findRow(rows, { peer: target.peer, accounts: 'uniform', inFlight })
    const baseline = findRow(rows, { peer: target.baseline, accounts: 'uniform', inFlight })
    if (subject === undefined || baseline === undefined) return []
    const ratio = ratioOf(measure, medianOf(subject), medianOf(baseline))
    const ratios = subject.repeats.map((result, repeat) => ratioOf(measure, result, baseline.repeats[repeat]!))
    const range = [Math.min(...ratios), Math.max(...ratios)] as const
    const isMet = (wanted: number): boolean => (measure === 'throughput' ? ratio >= wanted : ratio <= wanted)
    return [{ target, ratio, range, levels: target.levels.map(level => ({ ...level, met: isMet(level.ratio) })) }]
  })
}

type Sample = Pick<TrialResult, 'perSecond'> & { readonly latencyMs: { readonly p50: number } }

function medianOf({ perSecond, latencyMs }: SummaryRow): Sample {
  return { perSecond: perSecond.median, latencyMs }
}

function ratioOf(measure: Target['measure'], subject: Sample, baseline: Sample): number {
  return measure === 'throughput'
    ? subject.perSecond / baseline.perSecond
    : subject.latencyMs.p50 / baseline.latencyMs.p50
}
