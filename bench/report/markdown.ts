import { findRow, type SummaryRow } from '../summary.js'
import { checkTargets, isAtLeast, type Cell, type TargetOutcome } from '../targets.js'
import type { AccountPattern } from '../trial.js'
import { PEERS, type PeerEntry } from '../trials.js'
import { formatMs, formatNumber, formatTable } from './format.js'
import type { Machine } from './machine.js'

/** Everything that a run found out. */
export interface Report {
  readonly machine: Machine
  readonly date: Date
  readonly repeats: number
  /** How many processes wanted a processor, on average over a minute, before the run and at its end. */
  readonly load: { readonly before: number; readonly after: number }
  readonly rows: readonly SummaryRow[]
}

const PATTERN_TITLES: { readonly [pattern in AccountPattern]: string } = {
  uniform: '10,000 accounts',
  hot: 'one hot account'
}

const LOAD_BEFORE_MAX = 1
const LOAD_AFTER_MAX = 3
const BUSY_NOTE = '**The machine was busy with other work during this run: its numbers are provisional.**'

/** The generated part of the results page. */
export function formatReport(report: Report): string {
  const patterns = (Object.keys(PATTERN_TITLES) as AccountPattern[]).filter(pattern =>
    report.rows.some(row => row.trial.accounts === pattern)
  )
  return [
    formatProvenance(report),
    ...formatTargets(checkTargets(report.rows)),
    ...patterns.flatMap(pattern => formatPattern(report.rows, pattern))
  ].join('\n')
}

function formatProvenance({ machine, date, repeats, load }: Report): string {
  const facts = [
    `Processor: ${machine.processor}; memory: ${machine.memory}`,
    `System: ${machine.system}; file system: ${machine.fileSystem}`,
    `${machine.versions}; commit: ${machine.commit}`,
    `${date.toISOString().slice(0, 10)}, medians of ${repeats} ${repeats === 1 ? 'run' : 'runs'}`,
    `Load average ${load.before.toFixed(1)} before the run, ${load.after.toFixed(1)} at its end; the run itself makes one to two`
  ]
  const lines = facts.map(fact => `- ${fact}\n`).join('')
  return isBusy(load) ? `${lines}\n${BUSY_NOTE}\n` : lines
}

/** Whether others wanted the processors too, so that the run measured them as well. */
function isBusy({ before, after }: Report['load']): boolean {
  return before >= LOAD_BEFORE_MAX || after >= LOAD_AFTER_MAX
}

function formatTargets(outcomes: readonly TargetOutcome[]): readonly string[] {
  if (outcomes.length === 0) return []
  const header = ['target', 'in flight', 'measured', 'in the repeats', 'floor', 'goal', 'aim']
  const rows = outcomes.map(({ target, value, range, levels }) => {
    const { subject, measure, baseline } = target
    const format = baseline === undefined && measure !== 'throughput' ? formatMs : formatNumber
    const level = (name: string): string => {
      const found = levels.find(candidate => candidate.name === name)
      if (found === undefined) return ''
      return `${isAtLeast(measure) ? '≥' : '≤'} ${format(found.limit)} ${found.met ? 'met' : 'MISSED'}`
    }
    const measured = [format(value), range.map(format).join(' … ')]
    const what = `${describe(subject)}: ${measure}${baseline === undefined ? '' : ` over ${describe(baseline)}`}`
    return [what, formatNumber(subject.inFlight), ...measured, level('floor'), level('goal'), level('aim')]
  })
  return ['### Targets\n', `${formatTable(header, rows)}\n`]
}

function describe({ peer, accounts }: Cell): string {
  return accounts === 'hot' ? `${title(peer)}, ${PATTERN_TITLES.hot}` : title(peer)
}

function formatPattern(rows: readonly SummaryRow[], pattern: AccountPattern): readonly string[] {
  const matrix = (cell: (row: SummaryRow) => string): string => formatMatrix(rows, pattern, cell)
  const heading = PATTERN_TITLES[pattern]
  return [
    `### Payments per second, ${heading}\n`,
    `${matrix(({ perSecond }) => formatNumber(perSecond.median))}\n`,
    `### Spread of the repeats, ${heading}\n`,
    'Lowest and highest payments per second, as a share of the median.\n',
    `${matrix(formatSpread)}\n`,
    `### Latency p50 / p99, ${heading}\n`,
    `${matrix(({ latencyMs }) => `${formatMs(latencyMs.p50)} / ${formatMs(latencyMs.p99)}`)}\n`,
    `### Event loop delay p99 / max, ${heading}\n`,
    `${matrix(formatLoopDelay)}\n`
  ]
}

function formatMatrix(
  rows: readonly SummaryRow[],
  accounts: AccountPattern,
  cell: (row: SummaryRow) => string
): string {
  const columns = [...new Set(rows.filter(row => row.trial.accounts === accounts).map(row => row.trial.inFlight))]
  columns.sort((a, b) => a - b)
  const cells = (peer: PeerEntry): readonly string[] =>
    columns.map(inFlight => {
      const row = findRow(rows, { peer: peer.name, accounts, inFlight })
      return row === undefined ? '' : cell(row)
    })
  const shown = PEERS.filter(peer => rows.some(({ trial }) => trial.peer === peer.name && trial.accounts === accounts))
  return formatTable(
    ['in flight', ...columns.map(formatNumber)],
    shown.map(peer => [peer.title, ...cells(peer)])
  )
}

function formatSpread({ perSecond: { median, lowest, highest } }: SummaryRow): string {
  const percent = (value: number): string =>
    `${value < median ? '−' : '+'}${Math.round((Math.abs(value - median) / median) * 100)} %`
  return `${percent(lowest)} / ${percent(highest)}`
}

/** A loop that was late by the whole measurement never turned at all, and its length says nothing about the peer. */
function formatLoopDelay({ loopDelayMs, seconds }: SummaryRow): string {
  const isBlocked = loopDelayMs.max >= 0.9 * seconds * 1_000
  return isBlocked ? 'never turns' : `${formatMs(loopDelayMs.p99)} / ${formatMs(loopDelayMs.max)}`
}

function title(peer: string): string {
  return PEERS.find(entry => entry.name === peer)?.title ?? peer
}
