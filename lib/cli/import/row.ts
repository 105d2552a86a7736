import { quoted } from '../quoted.js'
import type { AmountReader } from './amount.js'
import type { Columns } from './columns.js'
import { readDate } from './date.js'
import { normalizedName, type Field, type ImportSettings, type Kind } from './settings.js'

/** A payment or deposit as a row of the file asks for it. Amounts are minor units. */
export interface ImportRow {
  /** The physical line that it begins on. */
  readonly line: number
  /** The bank's; `undefined` where it gave none. */
  readonly transactionId: string | undefined
  readonly accountId: string
  readonly kind: Kind
  readonly amount: bigint
  /** The account's posted balance after this row, where the file tells it. */
  readonly balanceAfter: bigint | undefined
  /** `2026-01-31`, where the file tells it. */
  readonly day: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

/** What the row does to its account's balance. */
export function changeOf({ kind, amount }: Pick<ImportRow, 'kind' | 'amount'>): bigint {
  return kind === 'deposit' ? amount : -amount
}

/** What makes rows of one file. */
export interface RowRules {
  readonly columns: Columns
  readonly amounts: AmountReader
  readonly settings: ImportSettings
}

interface Bad {
  readonly reason: string
}

const KEPT_AS_METADATA = ['operation', 'counterparty', 'reference', 'note'] as const

const KINDS: Readonly<Record<string, Kind>> = {
  deposit: 'deposit',
  credit: 'deposit',
  cr: 'deposit',
  payment: 'payment',
  debit: 'payment',
  dr: 'payment'
}

/** A bank's last line is sometimes a sum, and must not become a payment. */
const TOTAL = /^(?:grand |sub)?(?:total|sum|summe|gesamt|saldo|solde|summa|suma|totale|totaal)s?:?$/i

/** The row that a record stands for, or the first reason why it stands for none. */
export function rowOf(rules: RowRules, line: number, fields: readonly string[]): ImportRow | Bad {
  const { columns, settings } = rules
  // Some banks end every row with a separator more than the header.
  if (fields.length < columns.width || fields.slice(columns.width).some(field => field !== '')) {
    return { reason: `expected ${columns.width} columns as in the header, got ${fields.length}` }
  }
  const field = (name: Field): string => fields[columns.of.get(name) ?? -1] ?? ''

  const transactionId = field('transactionId')
  if (TOTAL.test(transactionId) || TOTAL.test(field('date'))) {
    return { reason: `expected a row, got a total line: ${quoted(transactionId || field('date'))}` }
  }
  if (transactionId === '' && settings.ids !== 'content') {
    return { reason: 'expected a transactionId, got an empty field; --ids content makes one of the other fields' }
  }
  const accountId = settings.account ?? field('accountId')
  if (accountId === '') return { reason: 'expected an accountId, got an empty field' }
  const currency = field('currency')
  if (currency !== '' && currency.toUpperCase() !== settings.currency) {
    return { reason: `expected amounts in ${settings.currency}, got ${quoted(currency)}` }
  }
  const day = dayOf(field('date'), { settings, isNeeded: transactionId === '' || isStatement(rules) })
  if ('reason' in day) return day
  const moved = movementOf(rules, field)
  if ('reason' in moved) return moved
  const balance = field('balanceAfter') === '' ? undefined : rules.amounts.read(field('balanceAfter'))
  if (balance !== undefined && 'reason' in balance) return { reason: `balanceAfter: ${balance.reason}` }
  const kept = KEPT_AS_METADATA.map(name => [name, field(name)] as const).filter(([, text]) => text !== '')
  return {
    line,
    transactionId: transactionId || undefined,
    accountId,
    ...moved,
    balanceAfter: balance?.value,
    day: day.day,
    metadata: Object.fromEntries<string>([...(day.text === undefined ? [] : [['date', day.text] as const]), ...kept])
  }
}

/** A statement is of one account that an option names, so an account can not tell its rows from total lines. */
function isStatement({ columns, settings }: RowRules): boolean {
  return settings.account !== undefined && columns.of.has('date')
}

function dayOf(text: string, { settings, isNeeded }: { settings: ImportSettings; isNeeded: boolean }) {
  if (text === '' && isNeeded) return { reason: 'expected a date, got an empty field' }
  return text === '' ? { day: undefined, text: undefined } : readDate(text, settings.dates ?? 'auto')
}

type FieldText = (name: Field) => string

function movementOf(rules: RowRules, field: FieldText): Pick<ImportRow, 'kind' | 'amount'> | Bad {
  const { columns, settings } = rules
  const asked = columns.of.has('amount') ? amountOf(rules, field) : debitOrCredit(rules, field)
  if ('reason' in asked) return asked
  if (asked.value === 0n) return { reason: 'expected an amount above zero, got 0' }
  const isNegative = asked.value < 0n
  const amount = isNegative ? -asked.value : asked.value
  if (asked.kind !== undefined && isNegative) {
    const how = 'add --signed if the sign says which way the money went'
    return { reason: `expected an amount above zero for a ${asked.kind}, got ${quoted(asked.text)}; ${how}` }
  }
  const kind = asked.kind ?? (isNegative ? 'payment' : 'deposit')
  return settings.signed === true && asked.side !== undefined && asked.side !== kind
    ? {
        reason: `expected ${asked.side === 'payment' ? 'a debit below' : 'a credit above'} zero, got ${quoted(asked.text)}`
      }
    : { kind, amount }
}

interface Asked {
  readonly value: bigint
  readonly text: string
  /** Which way the money went, where something other than the sign tells it. */
  readonly kind?: Kind | undefined
  /** The column that it is in, where debits and credits have their own. */
  readonly side?: Kind
}

function amountOf({ amounts, settings }: RowRules, field: FieldText): Asked | Bad {
  const text = field('amount')
  const read = amounts.read(text)
  if (settings.signed === true) return 'reason' in read ? read : { value: read.value, text }
  const kind = kindOf(field('kind'), settings)
  if (kind === undefined) {
    return { reason: `expected the kind to be deposit or payment, got ${quoted(field('kind'))}` }
  }
  return 'reason' in read ? read : { value: read.value, text, kind }
}

function kindOf(word: string, { kinds = {} }: ImportSettings): Kind | undefined {
  const known = {
    ...KINDS,
    ...Object.fromEntries(Object.entries(kinds).map(([one, kind]) => [normalizedName(one), kind]))
  }
  const name = normalizedName(word)
  return Object.hasOwn(known, name) ? known[name] : undefined
}

/** Where debits and credits have a column each, exactly one of them holds an amount. */
function debitOrCredit({ amounts, settings }: RowRules, field: FieldText): Asked | Bad {
  const sides = (['debit', 'credit'] as const).flatMap(name => {
    const text = field(name)
    const side: Kind = name === 'debit' ? 'payment' : 'deposit'
    return text === '' ? [] : [{ text, side, read: amounts.read(text) }]
  })
  const bad = sides.find(({ read }) => 'reason' in read)
  if (bad !== undefined && 'reason' in bad.read) return bad.read
  const moved = sides.flatMap(({ read, ...rest }) =>
    'value' in read && read.value !== 0n ? [{ ...rest, ...read }] : []
  )
  const [one, another] = moved
  if (one === undefined || another !== undefined) {
    return { reason: `expected either a debit or a credit, got ${another === undefined ? 'neither' : 'both'}` }
  }
  return settings.signed === true ? one : { ...one, kind: one.side }
}
