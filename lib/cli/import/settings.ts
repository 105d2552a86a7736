import { AMOUNT_MAX } from '../../index.js'
import { UsageError } from '../exit-code.js'

/** The values that options and profiles may have; the first of each is what an import does unless told otherwise. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'latin1'] as const
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const
export const AMOUNT_FORMS = ['minor', 'decimal'] as const
export const DECIMAL_MARKS = { point: '.', comma: ',' } as const
export const DATE_FORMS = ['auto', 'dmy', 'mdy', 'ymd'] as const
export const ORDERS = ['auto', 'oldest-first', 'newest-first'] as const
export const ID_SOURCES = ['column', 'content'] as const

export type Encoding = (typeof ENCODINGS)[number]
export type SeparatorName = keyof typeof SEPARATORS
export type AmountForm = (typeof AMOUNT_FORMS)[number]
export type DecimalMarkName = keyof typeof DECIMAL_MARKS
export type DateForm = (typeof DATE_FORMS)[number]
export type Order = (typeof ORDERS)[number]
export type Kind = 'deposit' | 'payment'

/** What a column can be mapped to. `ignore` takes away the meaning that a column's own name would give it. */
export const FIELDS = [
  'transactionId',
  'accountId',
  'kind',
  'amount',
  'debit',
  'credit',
  'balanceAfter',
  'date',
  'currency',
  'operation',
  'counterparty',
  'reference',
  'note',
  'ignore'
] as const
export type Field = (typeof FIELDS)[number]

/** How a file is read and what is booked from it. */
export interface ImportSettings {
  /** ISO 4217 code of every amount in the file. */
  readonly currency: string
  /** The account of every row, where the file has no column for it. */
  readonly account?: string
  /** @default the mark at the start of the file, else UTF-8 */
  readonly encoding?: Encoding
  /** @default the one that makes the header */
  readonly separator?: SeparatorName
  /** Whether amounts are whole minor units, or decimal text in major units. @default 'minor' */
  readonly amounts?: AmountForm
  /** Of decimal amounts. @default what the first amount shows that can be read in one way only */
  readonly decimal?: DecimalMarkName
  /** Whether the sign of an amount says which way the money went; then no kind is read. @default false */
  readonly signed?: boolean
  /** Which order the parts of a date have. @default 'auto': year first, or day first with dots */
  readonly dates?: DateForm
  /** @default 'auto': what dates and balances show */
  readonly order?: Order
  /** Whether rows without a transactionId get one made from their content. @default 'column': they are bad rows */
  readonly ids?: (typeof ID_SOURCES)[number]
  /** Column names to fields. @default columns are known by the field's own name */
  readonly map?: Readonly<Record<string, Field>>
  /** Further words for the two kinds. */
  readonly kinds?: Readonly<Record<string, Kind>>
  /** How far below zero the accounts of the file may go, minor units. @default accounts found keep theirs, others 0n */
  readonly overdraftLimit?: bigint
  /** Balances before the first row: as the file shows them, none, or a value in minor units. @default refused if any */
  readonly opening?: 'file' | 'none' | bigint
}

/** The file as a whole cannot be read or must not be booked; nothing was. */
export class ImportFileError extends UsageError {}

/** A name as people write it: in any case, with spaces, dashes or underscores. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/gu, '')
}

export function isAccountRange(value: bigint): boolean {
  return value <= AMOUNT_MAX && value >= -AMOUNT_MAX
}
