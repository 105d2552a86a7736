import { quoted } from '../../quoted.js'
import { AmountReader } from '../amount.js'
import { readDate } from '../date.js'
import type { FoundEncoding } from '../encoding.js'
import type { ImportFile } from '../import-file.js'
import type { ImportSettings } from '../settings.js'
import type { ImportSource } from '../source.js'
import { keptTexts, referenceIn, statementFile, type Found, type StatementReader } from './statement-file.js'

/**
 * OFX 1 (SGML) and 2 (XML): a STMTTRN is a row, its FITID the bank's own id, and LEDGERBAL the balance after the last.
 * The balance before the first is what LEDGERBAL leaves when the rows are taken back.
 */
export function openOfxFile(source: ImportSource, encoding: FoundEncoding, settings: ImportSettings): ImportFile {
  return statementFile({
    format: 'ofx',
    source,
    encoding,
    settings,
    isStrict: false,
    // The header of OFX 1 is lines of KEY:VALUE.
    withoutPrologue: text => text.slice(text.indexOf('<')),
    reader: found => ofxReader(settings, found)
  })
}

interface Statement {
  currency: string | undefined
  account: string
  sum: bigint
  /** A row that cannot be read makes the sum unknown. */
  isSumKnown: boolean
  balance: string | undefined
  balanceDay: string | undefined
  endDay: string | undefined
}

const STATEMENTS = ['STMTRS', 'CCSTMTRS']
const ACCOUNTS = ['BANKACCTFROM', 'CCACCTFROM']

function ofxReader(settings: ImportSettings, found: Parameters<StatementReader>[0]): ReturnType<StatementReader> {
  const items = new OfxItems(settings)
  let statement = emptyStatement()
  let transaction: Map<string, string> | undefined
  let aggregate = ''
  let line = 0

  return {
    opened(name, _attributes, at) {
      if (STATEMENTS.includes(name)) statement = emptyStatement()
      if (name === 'STMTTRN') {
        transaction = new Map()
        line = at
      }
      if ([...ACCOUNTS, 'LEDGERBAL', 'AVAILBAL', 'BANKTRANLIST'].includes(name)) aggregate = name
    },
    value(name, text) {
      if (transaction !== undefined) {
        if (!transaction.has(name)) transaction.set(name, text)
      } else if (name === 'CURDEF') statement.currency = text
      else if (name === 'DTEND') statement.endDay = dayOf(text)
      else if (name === 'ACCTID' && ACCOUNTS.includes(aggregate)) statement.account = text
      else if (aggregate === 'LEDGERBAL' && name === 'BALAMT') statement.balance = text
      else if (aggregate === 'LEDGERBAL' && name === 'DTASOF') statement.balanceDay = dayOf(text)
    },
    closed(name) {
      if (name === 'STMTTRN' && transaction !== undefined) {
        const item = items.transactionOf(transaction, statement, line)
        count(item)
        found(line, item)
        transaction = undefined
      }
      if (STATEMENTS.includes(name)) for (const item of items.balancesOf(statement)) found(line, item)
    }
  }

  function count(item: Found): void {
    if ('row' in item) statement.sum += item.row.kind === 'deposit' ? item.row.amount : -item.row.amount
    else statement.isSumKnown = false
  }
}

/** Makes items of what was read of a transaction or a statement. */
class OfxItems {
  readonly #settings: ImportSettings
  readonly #amounts: AmountReader

  constructor(settings: ImportSettings) {
    this.#settings = settings
    this.#amounts = new AmountReader({ currency: settings.currency, form: 'decimal', decimal: 'point' })
  }

  transactionOf(of: Map<string, string>, statement: Statement, at: number): Found {
    if (statement.currency !== undefined && statement.currency !== this.#settings.currency) {
      return { reason: `expected amounts in ${this.#settings.currency}, got ${quoted(statement.currency)}` }
    }
    if (of.has('CORRECTFITID'))
      return { reason: `expected a new transaction, got a correction of ${quoted(of.get('CORRECTFITID')!)}` }
    const read = this.#amountOf(of.get('TRNAMT'))
    if ('reason' in read) return read
    if (read.value === 0n) return { reason: 'expected an amount above zero, got 0' }
    const day = dayOf(of.get('DTPOSTED') ?? '')
    if (day === undefined) return { reason: `expected DTPOSTED to be a date, got ${quoted(of.get('DTPOSTED') ?? '')}` }
    const transactionId = referenceIn(of.get('FITID'))
    if (transactionId === undefined && this.#settings.ids !== 'content') {
      return { reason: 'expected a FITID, got none; --ids content makes one of the other fields' }
    }
    const isCredit = read.value > 0n
    return {
      row: {
        line: at,
        transactionId,
        accountId: this.#settings.account ?? statement.account,
        kind: isCredit ? 'deposit' : 'payment',
        amount: isCredit ? read.value : -read.value,
        balanceAfter: undefined,
        day,
        metadata: keptTexts({
          date: day,
          operation: of.get('MEMO'),
          counterparty: of.get('NAME'),
          reference: of.get('CHECKNUM')
        })
      }
    }
  }

  /** A balance of a later day than the rows says nothing about them. */
  balancesOf({ account, sum, isSumKnown, balance, balanceDay = '', endDay = '9999' }: Statement): readonly Found[] {
    if (balance === undefined || balanceDay > endDay) return []
    const read = this.#amountOf(balance)
    if ('reason' in read) return [{ reason: `LEDGERBAL: ${read.reason}` }]
    const accountId = this.#settings.account ?? account
    return [
      ...(isSumKnown ? [{ told: { accountId, at: 'opening', balance: read.value - sum } } as const] : []),
      { told: { accountId, at: 'closing', balance: read.value } }
    ]
  }

  /** OFX groups no digits, so a comma is a decimal mark. */
  #amountOf(text = '') {
    return this.#amounts.read(text.replace(',', '.'))
  }
}

function emptyStatement(): Statement {
  return {
    currency: undefined,
    account: '',
    sum: 0n,
    isSumKnown: true,
    balance: undefined,
    balanceDay: undefined,
    endDay: undefined
  }
}

/** `20260131120000.000[-5:EST]` is 2026-01-31: the day where the bank is. */
function dayOf(text: string): string | undefined {
  const date = readDate(text.slice(0, 8), 'ymd')
  return 'reason' in date ? undefined : date.day
}
