import type { SummaryRow } from '../summary.js'
import { PEERS, type PeerEntry } from '../trials.js'

const PANEL = { width: 360, height: 260, left: 72, top: 116, gap: 96 }
const WIDTH = PANEL.left + 2 * PANEL.width + PANEL.gap + 32
const HEIGHT = PANEL.top + PANEL.height + 52

/** Told apart by the colour-blind too; ours is the strongest. */
const SUBJECT_COLOR = '#d55e00'
const BASELINE_COLORS = ['#0072b2', '#009e73', '#7b5ea7', '#b8860b']

/** The range of an axis, as powers of ten. */
interface Range {
  readonly from: number
  readonly to: number
}

interface Series {
  readonly title: string
  readonly color: string
  readonly isSubject: boolean
  readonly points: readonly { readonly inFlight: number; readonly perSecond: number }[]
}

/** Payments per second over callers in flight, both logarithmic: what is kept in memory beside what is kept on disk. */
export function drawChart(rows: readonly SummaryRow[]): string {
  const uniform = rows.filter(row => row.trial.accounts === 'uniform')
  const inFlight = rangeOf(uniform.map(row => row.trial.inFlight))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    '<title>Payments per second over callers in flight, 10,000 accounts</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...drawPanel('Payments per second, in memory', seriesOf(uniform, 'memory'), inFlight, PANEL.left),
    ...drawPanel(
      'Payments per second, on disk',
      seriesOf(uniform, 'disk'),
      inFlight,
      PANEL.left + PANEL.width + PANEL.gap
    ),
    '</svg>',
    ''
  ].join('\n')
}

function seriesOf(rows: readonly SummaryRow[], kind: PeerEntry['kind']): readonly Series[] {
  let baselines = 0
  return PEERS.filter(peer => peer.kind === kind).flatMap(peer => {
    const points = rows
      .filter(({ trial }) => trial.peer === peer.name)
      .map(({ trial, perSecond }) => ({ inFlight: trial.inFlight, perSecond: perSecond.median }))
      .sort((a, b) => a.inFlight - b.inFlight)
    if (points.length === 0) return []
    const isSubject = peer.name.startsWith('bursar')
    const color = isSubject ? SUBJECT_COLOR : BASELINE_COLORS[baselines++ % BASELINE_COLORS.length]!
    return [{ title: peer.title, color, isSubject, points }]
  })
}

function drawPanel(title: string, series: readonly Series[], inFlight: Range, left: number): readonly string[] {
  const perSecond = rangeOf(series.flatMap(({ points }) => points.map(point => point.perSecond)))
  const x = (value: number): number => left + PANEL.width * positionIn(inFlight, value)
  const y = (value: number): number => PANEL.top + PANEL.height * (1 - positionIn(perSecond, value))
  const bottom = PANEL.top + PANEL.height
  return [
    `<text x="${left}" y="20" font-size="15" font-weight="600">${escapeText(title)}</text>`,
    ...drawLegend(series, left),
    ...powersOf(perSecond).map(
      value =>
        `<path d="M${left} ${round(y(value))}h${PANEL.width}" stroke="#dddddd"/>` +
        `<text x="${left - 8}" y="${round(y(value) + 4)}" text-anchor="end" fill="#555555">${formatPower(value)}</text>`
    ),
    ...powersOf(inFlight).map(
      value =>
        `<text x="${round(x(value))}" y="${bottom + 18}" text-anchor="middle" fill="#555555">${formatPower(value)}</text>`
    ),
    `<text x="${left + PANEL.width / 2}" y="${bottom + 38}" text-anchor="middle" fill="#555555">callers in flight</text>`,
    ...series.map(line => drawSeries(line, x, y))
  ]
}

function drawLegend(series: readonly Series[], left: number): readonly string[] {
  return series.map(({ title, color, isSubject }, index) => {
    const y = 42 + index * 17
    const weight = isSubject ? ' font-weight="600"' : ''
    return (
      `<circle cx="${left + 4}" cy="${y - 4}" r="4" fill="${color}"/>` +
      `<text x="${left + 14}" y="${y}"${weight}>${escapeText(title)}</text>`
    )
  })
}

function drawSeries(
  { title, color, isSubject, points }: Series,
  x: (value: number) => number,
  y: (value: number) => number
): string {
  const at = points.map(point => ({ x: round(x(point.inFlight)), y: round(y(point.perSecond)) }))
  const path = at.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('')
  const circles = at.map(point => `<circle cx="${point.x}" cy="${point.y}" r="3.5" fill="${color}"/>`).join('')
  const line = `<path d="${path}" fill="none" stroke="${color}" stroke-width="${isSubject ? 3 : 2}"/>`
  return `<g><title>${escapeText(title)}</title>${line}${circles}</g>`
}

/** Whole powers of ten around the values, and at least one decade. */
function rangeOf(values: readonly number[]): Range {
  const from = Math.floor(Math.log10(Math.min(...values)))
  return { from, to: Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values)))) }
}

function powersOf({ from, to }: Range): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index))
}

function positionIn({ from, to }: Range, value: number): number {
  return (Math.log10(value) - from) / (to - from)
}

function formatPower(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`
  return value.toLocaleString('en-US')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
