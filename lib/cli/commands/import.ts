import { existsSync } from 'node:fs'
import { openPaymentProcessor, type PaymentProcessor } from '../../index.js'
import { sqliteStore } from '../../store/sqlite/index.js'
import { isOfEarlierVersion } from '../../store/sqlite/reading/open-for-reading.js'
import { readLedger, type CliCommand, type CliRequest } from '../command.js'
import { EXIT, UsageError, type ExitCode } from '../exit-code.js'
import { bookFile } from '../import/booking.js'
import { checkFile, type CheckedFile } from '../import/check.js'
import type { ImportReport } from '../import/import-report.js'
import { planAccounts, type AccountPlan } from '../import/openings.js'
import { IMPORT_OPTIONS, importSettings } from '../import/options.js'
import { checkLines } from '../import/print-check.js'
import { writeProfile } from '../import/profile.js'
import type { ImportSettings } from '../import/settings.js'
import { fileSource, type ImportSource } from '../import/source.js'
import { interruption, type Interruption } from '../interruption.js'
import { counted, grouped } from '../layout.js'
import { exampleLines, isClean, summaryOf, totalLines } from '../print-import.js'
import { showProgress } from '../progress.js'

export const importFile: CliCommand = {
  name: 'import',
  summary: 'imports deposits and payments from a CSV, CAMT.053 or OFX file, each exactly once',
  positionals: ['ledger', 'file'],
  options: IMPORT_OPTIONS,
  notes: `The file is read twice: the whole of it is checked first, then booked. A file with bad rows books nothing unless
--skip-bad is given, and neither does one that shows balances before its first rows unless --opening says what to do.

A CSV file names its columns in one of its first lines, in any case. Fields: transactionId, accountId, kind (deposit
or payment) and amount, or debit and credit; if known date, operation, balanceAfter and currency; by --map also
counterparty, reference, note and ignore. CAMT.053 and OFX need the package sax: npm install sax.

Amounts are whole minor units, 1250 for 12.50, unless --amounts decimal says that they are written as 12.50 or 12,50.
An amount that could be read in two ways is a bad row.

A transactionId is unique within its account, so the same file again moves no money, and a row that was declined is
tried again. Writes to the ledger, so no other process may have it open for writing.`,
  async run(request) {
    const { positionals, text, isSet, output } = request
    const settings = await importSettings(request)
    using interrupted = interruption()
    await using source = await fileSource(positionals[1]!)
    const checked = await checkedFile(source, { settings, request, interrupted })
    const { plan, horizon } = await planBeside(positionals[0]!, { checked, settings, isDryRun: isSet('dry-run') })
    const refusals = refusalsOf(checked, plan, {
      skipBad: isSet('skip-bad'),
      horizon: isSet('force') ? undefined : horizon
    })
    const isRefused = checked.interrupted || refusals.length > 0
    const profile = text('save-profile')
    if (!isRefused && profile !== undefined) await writeProfile(profile, learnt(checked))
    if (isRefused || isSet('dry-run')) {
      const answer = { check: checkAnswer(checked, plan), refusals, booked: false }
      await output.answer(answer, () => checkLines(checked, plan, settings))
      if (checked.interrupted) output.note('Interrupted. Nothing was booked.')
      else if (refusals.length > 0) throwRefusal(refusals, isSet('dry-run'), output)
      else output.note('Checked. Nothing was booked.')
      if (checked.interrupted) return interrupted.exitCode
      return refusals.length > 0 ? EXIT.attention : EXIT.ok
    }
    const store = sqliteStore({ path: positionals[0]! })
    await using processor = await openPaymentProcessor({ store })
    const report = await bookedFile(processor, { checked, settings, request, interrupted })
    return await tell(report, { processor, checked, plan, settings, output, exitCode: interrupted.exitCode })
  }
}

interface Job {
  readonly settings: ImportSettings
  readonly request: CliRequest
  readonly interrupted: Interruption
}

async function checkedFile(source: ImportSource, { settings, request, interrupted }: Job): Promise<CheckedFile> {
  const { stderr } = request.output
  const progress = showProgress({ total: stderr.isTTY ? source.bytes : 0, stream: stderr })
  try {
    return await checkFile(source, settings, {
      signal: interrupted.signal,
      onProgress: ({ rows, bytes }) => progress.update(bytes, `checked ${counted(rows, 'row')}`)
    })
  } finally {
    progress.stop()
  }
}

async function bookedFile(processor: PaymentProcessor, job: Job & { checked: CheckedFile }): Promise<ImportReport> {
  const { checked, settings, request, interrupted } = job
  const { stderr } = request.output
  const total = checked.report.rows + checked.report.badRows.count
  const progress = showProgress({ total: stderr.isTTY ? total : 0, stream: stderr })
  try {
    return await bookFile(processor, {
      checked,
      settings,
      signal: interrupted.signal,
      onProgress: ({ rows }) => progress.update(rows, `booked ${grouped(rows)} of ${counted(total, 'row')}`)
    })
  } finally {
    progress.stop()
  }
}

/** Looks at the ledger without creating it, brought up to date where it must be. `horizon`: after how many milliseconds it forgets a key, if it does. */
async function planBeside(
  path: string,
  { checked, settings, isDryRun }: { checked: CheckedFile; settings: ImportSettings; isDryRun: boolean }
): Promise<{ readonly plan: AccountPlan; readonly horizon: number | undefined }> {
  if (!existsSync(path)) return { plan: await planAccounts(checked, settings, undefined), horizon: undefined }
  if (isOfEarlierVersion(path)) await bringUpToDate(path, isDryRun)
  await using reader = await readLedger(path)
  const { keyTtlMs } = await reader.getKeyLifetimes()
  return { plan: await planAccounts(checked, settings, reader), horizon: keyTtlMs ?? undefined }
}

/** Opening a ledger for writing does; a dry run must not. */
async function bringUpToDate(path: string, isDryRun: boolean): Promise<void> {
  if (isDryRun) {
    throw new UsageError(
      `The ledger ${path} is of an earlier version, and a dry run changes nothing. Run the import without --dry-run, ` +
        'which brings the ledger up to date, or open it once with openPaymentProcessor.'
    )
  }
  const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
  await processor.close()
}

const DAY_MS = 86_400_000

function refusalsOf(
  { report }: CheckedFile,
  plan: AccountPlan,
  { skipBad, horizon }: { readonly skipBad: boolean; readonly horizon: number | undefined }
): readonly string[] {
  const { count } = report.badRows
  const days = horizon === undefined ? 0 : Math.floor(horizon / DAY_MS)
  return [
    ...(count > 0 && !skipBad
      ? [`The file has ${counted(count, 'bad row')}. Mend it, or add --skip-bad to book the others.`]
      : []),
    ...(horizon === undefined
      ? []
      : [
          `The ledger forgets a key after ${days === 0 ? `${horizon} ms` : counted(days, 'day')}, so rows that were ` +
            'imported before that are booked again. Add --force if none of these were.'
        ]),
    ...plan.refusals
  ]
}

/** A dry run has done what it was asked for; an import has done nothing. */
function throwRefusal(refusals: readonly string[], isDryRun: boolean, output: CliRequest['output']): void {
  if (!isDryRun) throw new UsageError(`Nothing was booked. ${refusals.join(' ')}`)
  for (const refusal of refusals) output.note(refusal)
}

/** The settings with what the file has shown, so that the next file of this bank needs no guess. */
function learnt({ file }: CheckedFile): ImportSettings {
  const { separator, encoding, decimal, settings } = file
  return {
    ...settings,
    ...(file.format === 'csv' ? { encoding, ...(separator && { separator }), ...(decimal && { decimal }) } : {})
  }
}

function checkAnswer({ file, report, accounts, direction }: CheckedFile, plan: AccountPlan): object {
  const { format, encoding, separator, headerLine, columns, decimal } = file
  const { shown, overdraftNeeded } = plan
  return {
    ...{ format, encoding, separator, headerLine, columns, decimal },
    ...report,
    ...{ accounts: accounts.size, direction, openings: shown, overdraftNeeded }
  }
}

interface Told {
  readonly processor: PaymentProcessor
  readonly checked: CheckedFile
  readonly plan: AccountPlan
  readonly settings: ImportSettings
  readonly output: CliRequest['output']
  readonly exitCode: ExitCode
}

async function tell(report: ImportReport, told: Told): Promise<ExitCode> {
  const { processor, checked, plan, settings, output } = told
  const { file: _file, declined, elapsedMs, ...numbers } = report
  const answer = {
    check: checkAnswer(checked, plan),
    booked: true,
    ...numbers,
    elapsedMs: Math.round(elapsedMs),
    declined: { ...declined, byCode: Object.fromEntries(declined.byCode) },
    transactions: await processor.getTransactionCount()
  }
  await output.answer(answer, () => [
    ...checkLines(checked, plan, settings),
    '',
    ...totalLines(report, settings.currency),
    ...exampleLines({ ...report, badRows: lateBadRows(report) }, settings.currency),
    '',
    report.interrupted ? 'Interrupted. What was imported is kept; run it again to go on.' : summaryOf(report)
  ])
  if (report.interrupted) return told.exitCode
  return isClean(report) ? EXIT.ok : EXIT.attention
}

/** Those that the check has not listed already. */
function lateBadRows({ file, badRows }: ImportReport): ImportReport['badRows'] {
  const known = new Set(file.badRows.first.map(({ line }) => line))
  return {
    count: Math.max(0, badRows.count - file.badRows.count),
    first: badRows.first.filter(({ line }) => !known.has(line))
  }
}
