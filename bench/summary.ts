import { median } from './statistics.js'
import type { Trial, TrialResult } from './trial.js'

/** All repeats of one trial, as medians. */
export interface SummaryRow {
  readonly trial: Trial
  readonly perSecond: { readonly median: number; readonly lowest: number; readonly highest: number }
  readonly seconds: number
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  /** What the medians come from, in the order of the repeats. */
  readonly repeats: readonly TrialResult[]
}

export function summarize(results: readonly TrialResult[]): readonly SummaryRow[] {
  const repeats = new Map<string, TrialResult[]>()
  for (const result of results) {
    const same = repeats.get(result.trial.name)
    if (same === undefined) repeats.set(result.trial.name, [result])
    else same.push(result)
  }
  return [...repeats.values()].map(summarizeTrial)
}

function summarizeTrial(results: readonly TrialResult[]): SummaryRow {
  const medianOf = (value: (result: TrialResult) => number): number => median(results.map(value))
  const perSecond = results.map(result => result.perSecond)
  return {
    trial: results[0]!.trial,
    perSecond: { median: median(perSecond), lowest: Math.min(...perSecond), highest: Math.max(...perSecond) },
    seconds: medianOf(result => result.seconds),
    latencyMs: { p50: medianOf(result => result.latencyMs.p50), p99: medianOf(result => result.latencyMs.p99) },
    loopDelayMs: { p99: medianOf(result => result.loopDelayMs.p99), max: medianOf(result => result.loopDelayMs.max) },
    repeats: results
  }
}

export function findRow(
  rows: readonly SummaryRow[],
  cell: Pick<Trial, 'peer' | 'accounts' | 'inFlight'>
): SummaryRow | undefined {
  return rows.find(
    ({ trial }) => trial.peer === cell.peer && trial.accounts === cell.accounts && trial.inFlight === cell.inFlight
  )
}
