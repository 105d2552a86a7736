import { exponentOf } from '../money/currencies.js'
import { formatMoney } from '../money/format.js'
import type { JournalEntry } from './journal-entry.js'

const COLUMNS: readonly (readonly [name: string, cell: (entry: JournalEntry) => string])[] = [
  ['sequence', entry => String(entry.sequence)],
  ['timestamp', entry => entry.timestamp.toISOString()],
  ['command', entry => entry.command.type],
  ['accountId', entry => entry.command.accountId],
  ['idempotencyKey', entry => textOf(entry, 'idempotencyKey')],
  ['actor', entry => textOf(entry, 'actor')],
  ['reason', entry => textOf(entry, 'reason')],
  ['outcome', entry => entry.outcome],
  ['code', entry => entry.code ?? ''],
  ['message', entry => entry.message],
  ['transactionId', entry => entry.transactionId ?? ''],
  ['amountMinor', entry => String(entry.amount)],
  ['amount', ({ amount, currency }) => (exponentOf(currency) === undefined ? '' : formatMoney(amount, currency))],
  ['currency', entry => entry.currency],
  ['postingsMinor', ({ postings }) => postings.map(p => `${p.accountId} ${p.amount} ${p.currency}`).join('; ')],
  ['previousHash', entry => entry.previousHash],
  ['hash', entry => entry.hash]
]

export const CSV_HEADER = COLUMNS.map(([name]) => name).join(',')

export function csvLine(entry: JournalEntry): string {
  return COLUMNS.map(([, cell]) => csvField(cell(entry))).join(',')
}

function textOf({ command }: JournalEntry, field: 'idempotencyKey' | 'actor' | 'reason'): string {
  return (command as { readonly [F in typeof field]?: string })[field] ?? ''
}

/** What a spreadsheet would take for a formula: what callers write must not run on the auditor's machine. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

/** A field by RFC 4180; what begins like a formula gets an apostrophe, which a spreadsheet reads as "this is text". */
function csvField(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
