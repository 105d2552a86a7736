import { AMOUNT_MAX, BursarError } from '../index.js'
import { inert } from './output.js'

/** A payment or deposit as a line of the file asks for it. Amounts are minor units. */
export interface CsvRow {
  readonly line: number
  readonly transactionId: string
  readonly accountId: string
  readonly kind: 'deposit' | 'payment'
  readonly amount: bigint
  /** The account's posted balance after this row, where the file tells it. */
  readonly balanceAfter: bigint | undefined
  readonly metadata: Readonly<Record<string, string>>
}

const REQUIRED = ['transactionId', 'accountId', 'kind', 'amount'] as const
const KEPT_AS_METADATA = ['date', 'operation'] as const

type Column = (typeof REQUIRED)[number] | (typeof KEPT_AS_METADATA)[number] | 'balanceAfter'

/** Where each known column is; columns of other names are left alone. */
export interface CsvHeader {
  readonly columns: ReadonlyMap<string, number>
  readonly width: number
}

/** The first line does not name the columns that an import needs. Nothing was imported. */
export class CsvHeaderError extends BursarError {
  override readonly name = 'CsvHeaderError'
  readonly code = 'ERR_CSV_HEADER'
  readonly retryable = false
  constructor(got: string) {
    super(
      `Expected a first line that names the columns ${REQUIRED.join(', ')} ` +
        `(and, if known, date, operation, balanceAfter), separated by commas, got ${got}.`
    )
  }
}

/** Rejects a header that lacks a column, or names one twice, with `CsvHeaderError`. */
export function parseHeader(fields: readonly string[]): CsvHeader {
  const columns = new Map(fields.map((name, index) => [name, index]))
  if (columns.size < fields.length || REQUIRED.some(name => !columns.has(name))) {
    throw new CsvHeaderError(quoted(fields.join(',')))
  }
  return { columns, width: fields.length }
}

/** The row that a line stands for, or the first reason why it stands for none. */
export function parseRow(header: CsvHeader, line: number, fields: readonly string[]): CsvRow | { reason: string } {
  if (fields.length !== header.width) {
    return { reason: `expected ${header.width} columns as in the first line, got ${fields.length}` }
  }
  const field = (name: Column): string => fields[header.columns.get(name) ?? -1] ?? ''

  const transactionId = field('transactionId')
  if (transactionId === '') return { reason: 'expected a transactionId, got an empty field' }
  const accountId = field('accountId')
  if (accountId === '') return { reason: 'expected an accountId, got an empty field' }
  const kind = field('kind')
  if (kind !== 'deposit' && kind !== 'payment') {
    return { reason: `expected the kind to be deposit or payment, got ${quoted(kind)}` }
  }
  const amount = wholeNumber(field('amount'))
  if (amount === undefined || amount < 1n) {
    return { reason: `expected an amount from 1 to ${AMOUNT_MAX} in minor units, got ${quoted(field('amount'))}` }
  }
  const balanceAfter = field('balanceAfter') === '' ? undefined : wholeNumber(field('balanceAfter'))
  if (balanceAfter === undefined && field('balanceAfter') !== '') {
    return { reason: `expected a balanceAfter in whole minor units, got ${quoted(field('balanceAfter'))}` }
  }
  const metadata = Object.fromEntries(
    KEPT_AS_METADATA.filter(name => field(name) !== '').map(name => [name, field(name)])
  )
  return { line, transactionId, accountId, kind, amount, balanceAfter, metadata }
}

/** Within what an account can hold; `undefined` for everything else. */
function wholeNumber(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined
  const value = BigInt(text)
  return value <= AMOUNT_MAX && value >= -AMOUNT_MAX ? value : undefined
}

const QUOTED_LENGTH_MAX = 60

/** A value from the file for a person's eyes. */
export function quoted(text: string): string {
  return JSON.stringify(printable(text, QUOTED_LENGTH_MAX))
}

/** Text that may contain what the file contains: cut short, and without characters that could steer a terminal. */
export function printable(text: string, lengthMax: number): string {
  const shown = text.length > lengthMax ? text.slice(0, lengthMax) + '…' : text
  return inert(shown)
}
