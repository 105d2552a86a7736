import { formatMoney } from '../index.js'
import type { BalanceDifference } from './import/balance-check.js'
import type { Counted } from './import/counted.js'
import type { Comparisons, ImportReport, RowSums } from './import/import-report.js'
import { counted, grouped, labelled, moneyText } from './layout.js'
import { quoted } from './quoted.js'

/** Whether every row of the file is in the ledger and every balance is what the file says. */
export function isClean(report: ImportReport): boolean {
  const { declined, badRows, openingsRefused, runningBalances, finalBalances } = report
  return declined.count + badRows.count + openingsRefused.count + runningBalances.count + finalBalances.count === 0
}

/** What was done, in numbers, for a person. */
export function totalLines(report: ImportReport, currency: string): readonly string[] {
  const { imported, healed, replayed, declined, badRows, openings, limitsRaised } = report
  const byCode = [...declined.byCode].map(([code, count]) => `${code} ${grouped(count)}`).join(', ')
  return [
    labelled('Imported', grouped(imported) + (healed > 0 ? ` (${grouped(healed)} that were declined before)` : '')),
    labelled('Replayed', grouped(replayed)),
    labelled('Declined', grouped(declined.count) + (byCode && ` (${byCode})`)),
    labelled('Bad rows', grouped(badRows.count)),
    labelled('Accounts', `${grouped(report.accountsCreated)} created, ${grouped(report.accountsFound)} found`),
    ...(openings.count === 0
      ? []
      : [labelled('Opening balances', `${grouped(openings.count)} booked, ${moneyText(openings.amount, currency)}`)]),
    ...(limitsRaised === 0 ? [] : [labelled('Limits raised', grouped(limitsRaised))]),
    labelled('Throughput', throughput(imported + replayed + declined.count, report.elapsedMs)),
    ...reconciliation(report, currency),
    labelled('Running balances', matching(report.runningBalances)),
    labelled('Final balances', matching(report.finalBalances))
  ]
}

/** The file's money beside what became of it. */
function reconciliation({ file, sums }: ImportReport, currency: string): readonly string[] {
  const rows: readonly (readonly [string, RowSums])[] = [
    ['In the file', file],
    ['Booked now', sums.imported],
    ['Known already', sums.replayed],
    ['Declined', sums.declined]
  ]
  const line = (label: string, cells: readonly string[]) =>
    labelled(label, cells.map(cell => cell.padStart(AMOUNT_WIDTH)).join('')).trimEnd()
  return [
    line('', [`Deposits ${currency}`, `Payments ${currency}`]),
    ...rows.map(([label, { deposits, payments }]) =>
      line(
        label,
        [deposits, payments].map(({ amount }) => formatMoney(amount, currency))
      )
    )
  ]
}

const AMOUNT_WIDTH = 20

/** The first examples of everything that needs a look; nothing after a clean import. */
export function exampleLines(report: ImportReport, currency: string): readonly string[] {
  const { declined, badRows, openingsRefused, runningBalances, finalBalances } = report
  return [
    ...examples('Opening balances not booked', openingsRefused, ({ accountId, balance, reason }) => {
      return `account ${quoted(accountId)}: ${moneyText(balance, currency)}: ${reason}`
    }),
    ...examples('Bad rows', badRows, ({ line, reason }) => `line ${line}: ${reason}`),
    ...examples('Declined', declined, row => `line ${row.line}: account ${quoted(row.accountId)}: ${row.message}`),
    ...overdraftHint(report),
    ...examples('Running balances that differ', runningBalances, difference => described(difference, currency)),
    ...examples('Final balances that differ', finalBalances, difference => described(difference, currency))
  ]
}

function overdraftHint({ declined, overdraftNeeded }: ImportReport): readonly string[] {
  if (!declined.byCode.has('insufficient_funds') || overdraftNeeded === 0n) return []
  return [`  The file takes accounts below zero: --overdraft ${overdraftNeeded} lets these rows in.`]
}

/** What the import comes to, in a sentence or two. */
export function summaryOf(report: ImportReport): string {
  const { imported, replayed, declined, badRows, openingsRefused, finalBalances } = report
  const problems = [
    ...(openingsRefused.count > 0 ? [`${counted(openingsRefused.count, 'opening balance')} not booked`] : []),
    ...(declined.count > 0 ? [`${grouped(declined.count)} declined (the next import tries them again)`] : []),
    ...(badRows.count > 0 ? [`${counted(badRows.count, 'bad row')} left out`] : []),
    ...(finalBalances.count > 0 ? [`${counted(finalBalances.count, 'final balance')} not as in the file`] : [])
  ]
  const result =
    imported > 0
      ? `Imported ${counted(imported, 'row')}, each exactly once.`
      : replayed > 0
        ? `Nothing new: ${counted(replayed, 'row')} already in the ledger, and no money moved.`
        : 'Nothing was imported.'
  return problems.length === 0 ? result : `${result} Needs a look: ${problems.join(', ')}.`
}

function throughput(rows: number, elapsedMs: number): string {
  const perSecond = rows === 0 ? 0 : Math.round((rows * 1_000) / elapsedMs)
  return `${grouped(perSecond)} rows/s (${grouped(rows)} in ${grouped(Math.round(elapsedMs))} ms)`
}

/** Only what is equal matches. */
function matching({ compared, equal, explained }: Comparisons): string {
  if (compared === 0) return 'none to compare'
  const result = `${grouped(equal)} of ${grouped(compared)} match`
  return explained === 0
    ? result
    : `${result}; ${grouped(explained)} ${explained === 1 ? 'differs' : 'differ'} only by what is listed`
}

export function examples<T>(
  title: string,
  { count, first }: Counted<T>,
  describe: (item: T) => string
): readonly string[] {
  if (count === 0) return []
  const more = count - first.length
  return [
    '',
    `${title}:`,
    ...first.map(item => `  ${describe(item)}`),
    ...(more > 0 ? [`  … and ${grouped(more)} more`] : [])
  ]
}

function described({ line, accountId, ledger, file, declined }: BalanceDifference, currency: string): string {
  const sums = [`ledger ${formatMoney(ledger, currency)}`, `file ${formatMoney(file, currency)}`]
  const all = declined === 0n ? sums : [...sums, `declined ${formatMoney(declined, currency)}`]
  return `line ${line}: account ${quoted(accountId)}: ${all.join(', ')} ${currency}`
}
