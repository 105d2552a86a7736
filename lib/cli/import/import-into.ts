import { formatMoney, type PaymentProcessor } from '../../index.js'
import { bookFile, type BookOptions } from './booking.js'
import { checkFile, type CheckOptions } from './check.js'
import type { ImportReport } from './import-report.js'
import { ImportFileError, type ImportSettings } from './settings.js'
import type { ImportSource } from './source.js'

export interface ImportIntoOptions extends BookOptions {
  readonly source: ImportSource
  readonly settings: ImportSettings
  /** Whether a file with bad rows is booked without them. @default false */
  readonly skipBad?: boolean
  readonly onChecked?: CheckOptions['onProgress']
}

/**
 * Imports a file of deposits and payments, each exactly once: the whole file is checked first, then booked. A row's
 * idempotency key is its id within its account, so the same file again moves no money. Accounts are created where they
 * first appear. A row that was declined is tried again by the next import.
 *
 * Resolves with what was done. Rejects with `ImportFileError` when the file cannot be read or has bad rows, with nothing
 * booked, and with the processor's error when it stops.
 */
export async function importInto(processor: PaymentProcessor, options: ImportIntoOptions): Promise<ImportReport> {
  const { source, settings, skipBad = false, onChecked, ...booking } = options
  // A currency that nobody knows is one mistake, not one on every line.
  formatMoney(0n, settings.currency)
  const checked = await checkFile(source, settings, {
    ...(booking.signal && { signal: booking.signal }),
    ...(onChecked && { onProgress: onChecked })
  })
  const { badRows } = checked.report
  if (badRows.count > 0 && !skipBad) {
    const { line, reason } = badRows.first[0]!
    throw new ImportFileError(`The file has bad rows: ${badRows.count}. The first is on line ${line}: ${reason}.`)
  }
  return bookFile(processor, { checked, settings, ...booking })
}
