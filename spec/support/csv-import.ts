import type { PaymentProcessor } from 'bursar'
import { importCsv, type ImportCsvOptions } from '../../lib/cli/import-csv.js'

export const HEADER = 'transactionId,date,accountId,kind,operation,amount,balanceAfter'

/** Two accounts, five rows, nothing wrong. */
export const CLEAN: readonly string[] = [
  '1,2025-01-01,alice,deposit,cash,1000,1000',
  '2,2025-01-01,bob,deposit,cash,500,500',
  '3,2025-01-02,alice,payment,rent,300,700',
  '4,2025-01-03,alice,payment,"food, drink",200,500',
  '5,2025-01-03,bob,payment,rent,500,0'
]

/** A file that arrives line by line. */
export async function* lines(texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield `${text}\n`
}

/** Imports these rows, below the usual header, as CZK. */
export function importRows(
  processor: PaymentProcessor,
  rows: readonly string[],
  options: Partial<ImportCsvOptions> = {}
) {
  return importCsv(processor, { input: lines([HEADER, ...rows]), currency: 'CZK', ...options })
}

/** Everything that a run without effect leaves as it was. */
export async function stateOf(processor: PaymentProcessor) {
  const { entries, headHash } = await processor.verify()
  return { entries, headHash, transactions: await processor.getTransactionCount() }
}
