import { InvalidRequestError } from '../domain/errors.js'
import { fieldsOf, shapeOf } from '../domain/known-fields.js'
import { show } from '../domain/show.js'
import { CSV_HEADER, csvLine } from './csv-lines.js'
import type { JournalEntry } from './journal-entry.js'
import { ndjsonLine } from './journal-lines.js'

export interface ExportJournalOptions {
  /** `ndjson` can be imported again and its hashes be recomputed; `csv` is for people and spreadsheets. */
  readonly format: 'ndjson' | 'csv'
  /** Begin behind this sequence, 0 … 2^53−1. @default 0 */
  readonly after?: number
  /** Aborting it ends the export with `CommandCancelledError`. */
  readonly signal?: AbortSignal
}

const EXPORT_OPTIONS = shapeOf<ExportJournalOptions>('ExportJournalOptions', {
  format: true,
  after: true,
  signal: true
})

/** Whatever has a journal: a processor. */
export interface JournalSource {
  journal(query: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<JournalEntry>
}

/**
 * The journal up to its present end as lines of text, line ends included, at the pace of the reader.
 *
 * Rejects with `InvalidRequestError` and whatever reading the journal rejects with.
 *
 * @example
 * await pipeline(exportJournal(processor, { format: 'ndjson' }), createWriteStream('journal.ndjson'))
 */
export async function* exportJournal(
  processor: JournalSource,
  options: ExportJournalOptions
): AsyncGenerator<string, void, undefined> {
  const { format, ...query } = fieldsOf(options, EXPORT_OPTIONS)
  if (format !== 'ndjson' && format !== 'csv') {
    throw new InvalidRequestError(`Expected format to be "ndjson" or "csv", got ${show(format)}.`)
  }
  if (format === 'csv') yield `${CSV_HEADER}\r\n`
  for await (const entry of processor.journal(query)) {
    yield format === 'csv' ? `${csvLine(entry)}\r\n` : `${ndjsonLine(entry)}\n`
  }
}
