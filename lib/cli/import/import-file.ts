import type { DecimalMarkName, Encoding, ImportSettings, SeparatorName } from './settings.js'
import type { ImportRow } from './row.js'

/** What a file says about an account beside its rows. Amounts are minor units. */
export interface ToldBalance {
  readonly accountId: string
  readonly at: 'opening' | 'closing'
  readonly balance: bigint
}

/** A row, a told balance, or why neither could be read. */
export type FileItem = {
  /** The physical line that it begins on, from 1. */
  readonly line: number
  /** Its place among the items of the file, from 1. */
  readonly ordinal: number
  /** How far into the file it goes. */
  readonly bytes: number
} & ({ readonly row: ImportRow } | { readonly told: ToldBalance } | { readonly reason: string })

export type FileFormat = 'csv' | 'camt.053' | 'ofx'

/** A file to import, whatever its format. */
export interface ImportFile {
  readonly format: FileFormat
  readonly encoding: Encoding
  /** Of a CSV file. */
  readonly separator?: SeparatorName
  /** The line that names the columns, in a CSV file. */
  readonly headerLine?: number
  /** The columns that are read, as `name → field`. */
  readonly columns?: Readonly<Record<string, string>>
  /** Once an amount has told it. */
  readonly decimal: DecimalMarkName | undefined
  readonly settings: ImportSettings
  /** Every item, in the order of the file. */
  items(): AsyncIterable<FileItem>
  /** Every item, the last one first; only after `items` has been read to its end. */
  itemsReversed(): AsyncIterable<FileItem>
}
