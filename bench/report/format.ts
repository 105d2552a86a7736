const SIGNIFICANT_DIGITS = 3

/** Three significant digits, with separators for thousands: what repeats of a run agree on. */
export function formatNumber(value: number): string {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS)).toLocaleString('en-US', {
    maximumSignificantDigits: SIGNIFICANT_DIGITS
  })
}

/** Milliseconds in the unit that reads best. */
export function formatMs(ms: number): string {
  if (ms >= 1_000) return `${formatNumber(ms / 1_000)} s`
  return ms >= 1 || ms === 0 ? `${formatNumber(ms)} ms` : `${formatNumber(ms * 1_000)} µs`
}

/** A Markdown table whose columns also line up in a terminal; the first column is text, the others are numbers. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map(row => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(header), line(rule), ...rows.map(line)].join('\n')
}
