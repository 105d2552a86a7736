import { formatMoney } from '../index.js'

/** How numbers, amounts and sizes look to a person. */

const LABEL_WIDTH = 18

export function labelled(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text
}

const GROUPED = new Intl.NumberFormat('en-US')

/** `30000` as `30,000`. */
export function grouped(count: number): string {
  return GROUPED.format(count)
}

/** `1 entry`, `30,000 entries`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : several}`
}

const ONE_DIGIT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `90112` bytes as `88.0 KiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return counted(bytes, 'byte')
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${ONE_DIGIT.format(bytes / 1_024 ** power)} ${UNITS[power]}`
}

/** An amount as text; in minor units where nobody knows the currency, as of an entry that moved nothing. */
export function moneyText(amount: bigint, currency: string): string {
  try {
    return `${formatMoney(amount, currency)} ${currency}`
  } catch {
    return `${amount} ${currency}`.trim()
  }
}
