import { formatMoney } from '../../index.js'
import { counted, grouped, labelled } from '../layout.js'
import { examples } from '../print-import.js'
import { quoted } from '../quoted.js'
import type { CheckedFile } from './check.js'
import type { Sum } from './counted.js'
import type { ImportFile } from './import-file.js'
import type { AccountPlan } from './openings.js'
import { normalizedName, type ImportSettings } from './settings.js'

/** What the check of a file has found, for a person. */
export function checkLines(checked: CheckedFile, plan: AccountPlan, settings: ImportSettings): readonly string[] {
  const { report, file, accounts } = checked
  const { currency } = settings
  const money = ({ count, amount }: Sum) => `${grouped(count)}, ${formatMoney(amount, currency)} ${currency}`
  const days = report.firstDay === undefined ? '' : `, ${report.firstDay} to ${report.lastDay}`
  return [
    labelled('File', formatText(file)),
    ...(file.columns === undefined ? [] : [labelled('Columns', columnsText(file.columns))]),
    labelled('Rows', `${grouped(report.rows)} of ${counted(accounts.size, 'account')}${days}`),
    labelled('Deposits', money(report.deposits)),
    labelled('Payments', money(report.payments)),
    labelled('Order', orderText(checked)),
    labelled('Bad rows', grouped(report.badRows.count)),
    ...(report.withoutId === 0 ? [] : [labelled('Ids', idsText(checked))]),
    ...overdraftLines(plan, settings),
    ...examples('Bad rows', report.badRows, ({ line, reason }) => `line ${line}: ${reason}`),
    ...examples(
      'Rows that say the same as an earlier one of the same day, kept apart',
      report.alike,
      ({ line, accountId }) => `line ${line}: account ${quoted(accountId)}`
    ),
    ...examples(
      'Balances that the file shows before the first row',
      plan.shown,
      ({ line, accountId, balance }) =>
        `line ${line}: account ${quoted(accountId)}: ${formatMoney(balance, currency)} ${currency}`
    )
  ]
}

function formatText({ format, encoding, separator, headerLine, decimal, settings }: ImportFile): string {
  const amounts =
    settings.amounts === 'decimal' || format !== 'csv'
      ? `amounts in ${settings.currency}${decimal === undefined ? '' : ` with a decimal ${decimal}`}`
      : 'amounts in whole minor units'
  const parts = [
    format === 'csv' ? 'CSV' : format.toUpperCase(),
    encoding.toUpperCase(),
    ...(separator === undefined ? [] : [`separator ${separator}`]),
    ...(headerLine === undefined ? [] : [`header on line ${headerLine}`]),
    amounts
  ]
  return parts.join(', ')
}

function columnsText(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, field]) => (normalizedName(name) === normalizedName(field) ? field : `${quoted(name)} as ${field}`))
    .join(', ')
}

function orderText({ report, direction, file }: CheckedFile): string {
  const shown = {
    'oldest-first': 'oldest first',
    'newest-first': 'newest first',
    mixed: 'mixed: dates go back and forth',
    unknown: 'nothing shows it'
  }[report.order]
  if (direction === 'newest-first') return `${shown}; booked from the last row to the first`
  const hint = report.order === 'mixed' || file.settings.order === 'oldest-first' ? '; booked as it stands' : ''
  return `${shown}${hint}`
}

function idsText({ report }: CheckedFile): string {
  const rows = `made from content for ${counted(report.withoutId, 'row')}`
  return report.alike.count === 0 ? rows : `${rows}, ${grouped(report.alike.count)} of them like an earlier one`
}

function overdraftLines({ overdraftNeeded }: AccountPlan, { currency, overdraftLimit = 0n }: ImportSettings) {
  if (overdraftNeeded <= overdraftLimit) return []
  const amount = `${formatMoney(overdraftNeeded, currency)} ${currency}`
  return [
    labelled(
      'Overdraft',
      `accounts go ${amount} below zero: add --overdraft ${overdraftNeeded}, or rows will be declined`
    )
  ]
}
