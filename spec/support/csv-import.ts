import type { PaymentProcessor } from 'bursar'
import { importInto, type ImportIntoOptions } from '../../lib/cli/import/import-into.js'
import type { ImportSettings } from '../../lib/cli/import/settings.js'
import { textSource } from '../../lib/cli/import/source.js'

export const HEADER = 'transactionId,date,accountId,kind,operation,amount,balanceAfter'

/** Two accounts, five rows, nothing wrong. */
export const CLEAN: readonly string[] = [
  '1,2025-01-01,alice,deposit,cash,1000,1000',
  '2,2025-01-01,bob,deposit,cash,500,500',
  '3,2025-01-02,alice,payment,rent,300,700',
  '4,2025-01-03,alice,payment,"food, drink",200,500',
  '5,2025-01-03,bob,payment,rent,500,0'
]

export interface ImportOptions extends Omit<ImportIntoOptions, 'source' | 'settings'> {
  readonly settings?: Partial<ImportSettings>
}

/** Imports the content of a file, as CZK unless the settings say otherwise. */
export function importText(processor: PaymentProcessor, text: string | Uint8Array, options: ImportOptions = {}) {
  const { settings, ...rest } = options
  return importInto(processor, { source: textSource(text), settings: { currency: 'CZK', ...settings }, ...rest })
}

/** Imports these rows, below the usual header. */
export function importRows(processor: PaymentProcessor, rows: readonly string[], options: ImportOptions = {}) {
  return importText(processor, [HEADER, ...rows].map(line => `${line}\n`).join(''), options)
}

/** Everything that a run without effect leaves as it was. */
export async function stateOf(processor: PaymentProcessor) {
  const { entries, headHash } = await processor.verify()
  return { entries, headHash, transactions: await processor.getTransactionCount() }
}
