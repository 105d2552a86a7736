import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { EXIT } from '../../lib/cli/exit-code.js'
import { importInto } from '../../lib/cli/import/import-into.js'
import type { ImportReport } from '../../lib/cli/import/import-report.js'
import { ImportFileError } from '../../lib/cli/import/settings.js'
import { fileSource, type ImportSource } from '../../lib/cli/import/source.js'
import { interruption, type Interruption } from '../../lib/cli/interruption.js'
import { counted, grouped, labelled } from '../../lib/cli/layout.js'
import { exampleLines, isClean, summaryOf, totalLines } from '../../lib/cli/print-import.js'
import type { Streams } from '../../lib/cli/output.js'
import { showProgress } from '../../lib/cli/progress.js'
import { verificationLines } from '../../lib/cli/print-verification.js'
import type { BankArguments } from './arguments.js'
import { CannotStartError } from './exit.js'
import { generateBank } from './generate.js'

/** Imports the file, or the generated bank, and reports. Resolves with the exit code. */
export async function runBank(request: BankArguments, output: Streams): Promise<number> {
  using interrupted = interruption()
  try {
    return await run(request, output, interrupted)
  } catch (error) {
    if (!interrupted.signal.aborted || !(error instanceof CannotStartError)) throw error
    print(output, 'Interrupted before the import.')
    return interrupted.exitCode
  }
}

async function run(request: BankArguments, output: Streams, interrupted: Interruption): Promise<number> {
  const databasePath = resolve(request.databasePath)
  await startOrExplain(() => mkdir(dirname(databasePath), { recursive: true }))
  const csvPath =
    request.file ?? (await generated(request, dirname(databasePath), { output, signal: interrupted.signal }))
  await using source = await startOrExplain(() => fileSource(csvPath))
  const store = sqliteStore({ path: databasePath })
  await using processor = await startOrExplain(() => openPaymentProcessor({ store }))
  print(output, `Importing ${csvPath} into ${databasePath}`)
  return await importAndReport(processor, { ...request, databasePath, source, output, interrupted })
}

async function generated(
  request: BankArguments,
  folder: string,
  { output, signal }: { output: Streams; signal: AbortSignal }
): Promise<string> {
  const { seed, rows } = request
  const path = join(folder, `bank-${seed}-${rows}.csv`)
  await startOrExplain(() => generateBank(path, { seed, rows, signal }))
  print(output, `Generated ${path}: ${counted(rows, 'row')}, seed ${seed}`)
  return path
}

interface Job extends Omit<BankArguments, 'file'> {
  readonly source: ImportSource
  readonly output: Streams
  readonly interrupted: Interruption
}

async function importAndReport(processor: PaymentProcessor, job: Job): Promise<number> {
  const { output } = job
  const before = await processor.getTransactionCount()
  const report = await imported(processor, job)
  const after = await processor.getTransactionCount()
  print(output, '', ...totalLines(report, job.currency))
  print(output, labelled('Transactions', `${grouped(before)} before, ${grouped(after)} after`))
  print(output, labelled('Database', job.databasePath))
  if (report.interrupted) {
    print(
      output,
      ...exampleLines(report, job.currency),
      '',
      'Interrupted. What was imported is kept; run it again to go on.'
    )
    return job.interrupted.exitCode
  }
  const verification = await processor.verify()
  print(output, ...verificationLines(verification), ...exampleLines(report, job.currency), '', summaryOf(report))
  return isClean(report) && verification.ok ? EXIT.ok : EXIT.attention
}

async function imported(processor: PaymentProcessor, job: Job): Promise<ImportReport> {
  const { source, currency, overdraftLimit, output, interrupted } = job
  const progress = showProgress({ total: source.bytes, stream: output.stderr })
  try {
    return await importInto(processor, {
      source,
      // The file is all there is: what it shows beyond its rows is a difference, and reported.
      settings: { currency, overdraftLimit, opening: 'none' },
      skipBad: true,
      signal: interrupted.signal,
      onProgress: ({ line, bytes }) => progress.update(bytes, counted(line, 'line'))
    })
  } catch (error) {
    if (error instanceof ImportFileError) throw new CannotStartError(error)
    throw error
  } finally {
    progress.stop()
  }
}

async function startOrExplain<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    throw new CannotStartError(error)
  }
}

function print({ stdout }: Streams, ...lines: readonly string[]): void {
  for (const line of lines) stdout.write(`${line}\n`)
}
