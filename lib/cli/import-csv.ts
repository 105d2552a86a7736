import { formatMoney, type PaymentProcessor } from '../index.js'
import { csvLines, type CsvLine } from './csv-lines.js'
import { CsvHeaderError, parseHeader, type CsvHeader } from './csv-row.js'
import type { ImportReport } from './import-report.js'
import { ImportRun, type StartedLine } from './import-run.js'

export interface ImportCsvOptions {
  /** The file's content, for example `createReadStream(path)`; never in memory as a whole. */
  readonly input: AsyncIterable<Uint8Array | string>
  /** ISO 4217 code of every amount in the file. */
  readonly currency: string
  /** Of the accounts that the import creates, minor units; accounts found keep theirs. @default 0n */
  readonly overdraftLimit?: bigint
  /** Rows waiting for their answer, up to three calls each: stay below a third of `maxQueueLength`. @default 1_000 */
  readonly inFlightMax?: number
  /** Aborting it ends the import after the rows in flight; running it again goes on from there. */
  readonly signal?: AbortSignal
  /** Called after every line, in the order of the file. */
  readonly onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly line: number
  /** How far into the file that line ends. */
  readonly bytes: number
  readonly report: ImportReport
}

/**
 * Imports a file of deposits and payments, one a line, each exactly once. A row's idempotency key is its
 * `transactionId` within its account, so the same file again replays every key and moves no money. Accounts are created
 * where they first appear. A declined row stays declined: executing it in a later run would rewrite history.
 *
 * Resolves with what was done; a line that cannot be imported is in the report, and the rest goes on.
 * Rejects with `CsvHeaderError` when the first line does not name the columns, with the input's error when the file
 * cannot be read, and with the processor's error when it stops.
 */
export async function importCsv(processor: PaymentProcessor, options: ImportCsvOptions): Promise<ImportReport> {
  // A currency that nobody knows is one mistake, not one on every line.
  formatMoney(0n, options.currency)
  const startedAt = performance.now()
  const run = new ImportRun(processor, options)
  const { inFlightMax = 1_000, signal } = options
  const waiting: StartedLine[] = []
  let header: CsvHeader | undefined
  for await (const line of csvLines(options.input, signal)) {
    if (header === undefined) {
      header = headerOf(line)
      continue
    }
    // Taking the answers oldest first keeps the report in the order of the file.
    if (waiting.length >= inFlightMax) await run.finish(waiting.shift()!)
    waiting.push(run.start(header, line))
  }
  if (header === undefined && !signal?.aborted) throw new CsvHeaderError('an empty file')
  for (const started of waiting) await run.finish(started)
  await run.compareFinalBalances(inFlightMax)
  run.tally.interrupted = signal?.aborted ?? false
  run.tally.elapsedMs = performance.now() - startedAt
  return run.tally
}

function headerOf(line: CsvLine): CsvHeader {
  if ('reason' in line) throw new CsvHeaderError(`a line that cannot be read: ${line.reason}`)
  return parseHeader(line.fields)
}
