import { open } from 'node:fs/promises'
import { AMOUNT_MAX, openPaymentProcessor, type PaymentProcessor } from '../../index.js'
import { sqliteStore } from '../../store/sqlite/index.js'
import { knownCurrency, wholeNumber } from '../arguments.js'
import type { CliCommand, CliRequest } from '../command.js'
import { CsvHeaderError } from '../csv-row.js'
import { EXIT, UsageError, type ExitCode } from '../exit-code.js'
import { importCsv } from '../import-csv.js'
import type { ImportReport } from '../import-report.js'
import { interruption } from '../interruption.js'
import { counted } from '../layout.js'
import { exampleLines, isClean, summaryOf, totalLines } from '../print-import.js'
import { showProgress } from '../progress.js'

export const importFile: CliCommand = {
  name: 'import',
  summary: 'imports deposits and payments from a CSV file, each exactly once',
  positionals: ['ledger', 'file'],
  options: [
    { name: 'currency', value: 'CODE', help: 'ISO 4217 code of every amount in the file; required' },
    { name: 'overdraft', value: 'N', help: 'how far below zero new accounts may go, in minor units (default: 0)' }
  ],
  notes:
    'The first line names the columns: transactionId, accountId, kind (deposit or payment) and amount, and if known date,\n' +
    'operation and balanceAfter. Amounts are whole minor units. A transactionId is unique within its account: the same file\n' +
    'again moves no money. Writes to the ledger, so no other process may have it open for writing.',
  async run(request) {
    const { positionals, text, output } = request
    const code = text('currency')
    if (code === undefined) throw new UsageError('Expected --currency with the ISO 4217 code of the amounts, got none.')
    const currency = knownCurrency(code)
    const overdraftLimit = wholeNumber('--overdraft', text('overdraft') ?? '0', { least: 0n, most: AMOUNT_MAX })
    using interrupted = interruption()
    await using file = await openFile(positionals[1]!)
    const store = sqliteStore({ path: positionals[0]! })
    await using processor = await openPaymentProcessor({ store })
    const progress = showProgress({ total: output.stderr.isTTY ? file.bytes : 0, stream: output.stderr })
    let report: ImportReport
    try {
      report = await importCsv(processor, {
        input: file.read(),
        currency,
        overdraftLimit,
        signal: interrupted.signal,
        onProgress: ({ line, bytes }) => progress.update(bytes, counted(line, 'line'))
      })
    } catch (error) {
      throw error instanceof CsvHeaderError ? new UsageError(error.message) : error
    } finally {
      progress.stop()
    }
    return await tell(report, { processor, output, currency, exitCode: interrupted.exitCode })
  }
}

async function tell(
  report: ImportReport,
  told: { processor: PaymentProcessor; output: CliRequest['output']; currency: string; exitCode: ExitCode }
): Promise<ExitCode> {
  const { processor, output, currency } = told
  const { declined, ...numbers } = report
  const answer = {
    ...numbers,
    declined: { ...declined, byCode: Object.fromEntries(declined.byCode) },
    transactions: await processor.getTransactionCount()
  }
  await output.answer(answer, () => [
    ...totalLines(report),
    ...exampleLines(report, currency),
    '',
    report.interrupted ? 'Interrupted. What was imported is kept; run it again to go on.' : summaryOf(report)
  ])
  if (report.interrupted) return told.exitCode
  return isClean(report) ? EXIT.ok : EXIT.attention
}

async function openFile(path: string) {
  const handle = await open(path)
  const stat = await handle.stat()
  if (stat.isDirectory()) {
    await handle.close()
    throw new UsageError(`Expected a CSV file, got a directory: ${path}`)
  }
  return {
    bytes: stat.size,
    read: () => handle.createReadStream({ autoClose: false }),
    [Symbol.asyncDispose]: () => handle.close()
  }
}
