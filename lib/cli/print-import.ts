import { formatMoney } from '../index.js'
import type { BalanceDifference } from './balance-check.js'
import { quoted } from './csv-row.js'
import type { Counted, ImportReport } from './import-report.js'
import { counted, grouped, labelled } from './layout.js'

/** Whether every row of the file is in the ledger and every balance is what the file says. */
export function isClean(report: ImportReport): boolean {
  const { declined, badLines, runningBalances, finalBalances } = report
  return declined.count + badLines.count + runningBalances.count + finalBalances.count === 0
}

/** What was done, in numbers, for a person. */
export function totalLines(report: ImportReport): readonly string[] {
  const { imported, replayed, declined, badLines } = report
  const byCode = [...declined.byCode].map(([code, count]) => `${code} ${grouped(count)}`).join(', ')
  return [
    labelled('Imported', grouped(imported)),
    labelled('Replayed', grouped(replayed)),
    labelled('Declined', grouped(declined.count) + (byCode && ` (${byCode})`)),
    labelled('Bad lines', grouped(badLines.count)),
    labelled('Accounts', `${grouped(report.accountsCreated)} created, ${grouped(report.accountsFound)} found`),
    labelled('Throughput', throughput(imported + replayed + declined.count, report.elapsedMs)),
    labelled('Running balances', matching(report.runningBalances)),
    labelled('Final balances', matching(report.finalBalances))
  ]
}

/** The first examples of everything that needs a look; nothing after a clean import. */
export function exampleLines(report: ImportReport, currency: string): readonly string[] {
  const { declined, badLines, runningBalances, finalBalances } = report
  return [
    ...examples('Bad lines', badLines, ({ line, reason }) => `line ${line}: ${reason}`),
    ...examples('Declined', declined, row => `line ${row.line}: account ${quoted(row.accountId)}: ${row.message}`),
    ...overdraftHint(report),
    ...examples('Running balances that differ', runningBalances, difference => described(difference, currency)),
    ...examples('Final balances that differ', finalBalances, difference => described(difference, currency))
  ]
}

/** What the import comes to, in a sentence or two. */
export function summaryOf(report: ImportReport): string {
  const { imported, replayed, declined, badLines } = report
  const problems = [
    ...(declined.count > 0 ? [`${grouped(declined.count)} declined`] : []),
    ...(badLines.count > 0 ? [`${counted(badLines.count, 'bad line')} left out`] : [])
  ]
  const result =
    imported > 0
      ? `Imported ${counted(imported, 'payment or deposit', 'payments and deposits, each')} exactly once.`
      : replayed > 0
        ? `Nothing new: ${counted(replayed, 'key was', 'keys were')} replayed and no money moved.`
        : 'Nothing was imported.'
  return problems.length === 0 ? result : `${result} Needs a look: ${problems.join(', ')}.`
}

function throughput(rows: number, elapsedMs: number): string {
  const perSecond = rows === 0 ? 0 : Math.round((rows * 1_000) / elapsedMs)
  return `${grouped(perSecond)} payments/s (${grouped(rows)} in ${grouped(Math.round(elapsedMs))} ms)`
}

function matching({ compared, count }: ImportReport['finalBalances']): string {
  return compared === 0 ? 'none to compare' : `${grouped(compared - count)} of ${grouped(compared)} match`
}

function examples<T>(title: string, { count, first }: Counted<T>, describe: (item: T) => string): readonly string[] {
  if (count === 0) return []
  const more = count - first.length
  return [
    '',
    `${title}:`,
    ...first.map(item => `  ${describe(item)}`),
    ...(more > 0 ? [`  … and ${grouped(more)} more`] : [])
  ]
}

function overdraftHint({ declined, lowestBalanceTold }: ImportReport): readonly string[] {
  if (!declined.byCode.has('insufficient_funds') || lowestBalanceTold === undefined || lowestBalanceTold >= 0n)
    return []
  return [
    `  The file goes down to ${lowestBalanceTold}: --overdraft ${-lowestBalanceTold} and a new database let all of it in.`
  ]
}

function described({ line, accountId, expected, got }: BalanceDifference, currency: string): string {
  const account = `line ${line}: account ${quoted(accountId)}`
  return `${account}: expected ${formatMoney(expected, currency)}, got ${formatMoney(got, currency)} ${currency}`
}
