import { quoted } from '../../quoted.js'
import { AmountReader } from '../amount.js'
import { readDate } from '../date.js'
import type { FoundEncoding } from '../encoding.js'
import type { ImportFile } from '../import-file.js'
import type { ImportSettings } from '../settings.js'
import type { ImportSource } from '../source.js'
import { keptTexts, referenceIn, statementFile, type Found, type StatementReader } from './statement-file.js'

/** The values of one element by their path in it: `BookgDt/Dt`. The first of several counts. */
type Values = Map<string, string>

/**
 * ISO 20022 camt.053, bank to customer statement, in every version: an entry is a row, OPBD and CLBD are the balances
 * before and after. Only entries with status BOOK have happened.
 */
export function openCamtFile(source: ImportSource, encoding: FoundEncoding, settings: ImportSettings): ImportFile {
  return statementFile({
    format: 'camt.053',
    source,
    encoding,
    settings,
    isStrict: true,
    reader: found => camtReader(settings, found)
  })
}

function camtReader(settings: ImportSettings, found: Parameters<StatementReader>[0]): ReturnType<StatementReader> {
  const items = new CamtItems(settings)
  const path: string[] = []
  let statement: Values = new Map()
  /** Of the entry or balance that is open. */
  let values: Values = new Map()
  let depth = 0
  let line = 0

  return {
    opened(name, attributes, at) {
      path.push(name)
      if (name === 'Stmt') statement = new Map()
      if (path.at(-2) === 'Stmt' && (name === 'Ntry' || name === 'Bal')) {
        values = new Map()
        depth = path.length
        line = at
      }
      if (attributes['Ccy'] !== undefined && depth > 0)
        keep(values, `${path.slice(depth).join('/')}@Ccy`, attributes['Ccy'])
    },
    value(_name, text) {
      if (depth > 0) keep(values, path.slice(depth).join('/'), text)
      else if (path.includes('Stmt')) keep(statement, path.slice(path.indexOf('Stmt') + 1).join('/'), text)
    },
    closed(name) {
      if (path.length === depth) {
        const item = name === 'Ntry' ? items.entryOf(values, statement, line) : items.balanceOf(values, statement)
        if (item !== undefined) found(line, item)
        depth = 0
      }
      path.pop()
    }
  }
}

/** Makes items of what was read of an entry or a balance. */
class CamtItems {
  readonly #settings: ImportSettings
  readonly #amounts: AmountReader

  constructor(settings: ImportSettings) {
    this.#settings = settings
    this.#amounts = new AmountReader({ currency: settings.currency, form: 'decimal', decimal: 'point' })
  }

  entryOf(entry: Values, of: Values, at: number): Found {
    const status = entry.get('Sts') ?? entry.get('Sts/Cd')
    if (status !== 'BOOK') return { reason: `expected a booked entry (BOOK), got status ${quoted(status ?? '')}` }
    const value = this.#signedAmount(entry)
    if (typeof value !== 'bigint') return value
    if (value === 0n) return { reason: 'expected an amount above zero, got 0' }
    const booked =
      entry.get('BookgDt/Dt') ?? entry.get('BookgDt/DtTm') ?? entry.get('ValDt/Dt') ?? entry.get('ValDt/DtTm')
    const date = booked === undefined ? { reason: 'expected a booking date, got none' } : readDate(booked, 'ymd')
    if ('reason' in date) return date
    const transactionId = referenceOf(entry, of)
    if (transactionId === undefined && this.#settings.ids !== 'content') {
      return { reason: 'expected a reference of the bank, got none; --ids content makes one of the other fields' }
    }
    const isCredit = value > 0n
    return {
      row: {
        line: at,
        transactionId,
        accountId: this.#accountOf(of),
        kind: isCredit ? 'deposit' : 'payment',
        amount: isCredit ? value : -value,
        balanceAfter: undefined,
        day: date.day,
        metadata: keptTexts({
          date: date.text,
          operation: entry.get(`${DETAILS}/RmtInf/Ustrd`) ?? entry.get('AddtlNtryInf'),
          counterparty: counterpartyOf(entry, isCredit),
          reference: referenceIn(entry.get(`${DETAILS}/Refs/EndToEndId`))
        })
      }
    }
  }

  balanceOf(balance: Values, of: Values): Found | undefined {
    const type = balance.get('Tp/CdOrPrtry/Cd')
    if (type !== 'OPBD' && type !== 'PRCD' && type !== 'CLBD') return undefined
    const value = this.#signedAmount(balance)
    if (typeof value !== 'bigint') return value
    return { told: { accountId: this.#accountOf(of), at: type === 'CLBD' ? 'closing' : 'opening', balance: value } }
  }

  #signedAmount(of: Values): bigint | { reason: string } {
    const currency = of.get('Amt@Ccy')
    if (currency !== this.#settings.currency) {
      return { reason: `expected amounts in ${this.#settings.currency}, got ${quoted(currency ?? '')}` }
    }
    const read = this.#amounts.read(of.get('Amt') ?? '')
    if ('reason' in read) return read
    const direction = of.get('CdtDbtInd')
    if (direction !== 'CRDT' && direction !== 'DBIT') {
      return { reason: `expected CdtDbtInd to be CRDT or DBIT, got ${quoted(direction ?? '')}` }
    }
    return direction === 'CRDT' ? read.value : -read.value
  }

  #accountOf(of: Values): string {
    return this.#settings.account ?? of.get('Acct/Id/IBAN') ?? of.get('Acct/Id/Othr/Id') ?? ''
  }
}

const DETAILS = 'NtryDtls/TxDtls'

/** The servicer's reference names an entry for good; the entry's own only within its statement. */
function referenceOf(entry: Values, statement: Values): string | undefined {
  const own = referenceIn(entry.get('NtryRef'))
  const within = own === undefined ? undefined : `${statement.get('Id') ?? ''}/${own}`
  return referenceIn(entry.get('AcctSvcrRef'), entry.get(`${DETAILS}/Refs/AcctSvcrRef`), within)
}

function counterpartyOf(entry: Values, isCredit: boolean): string | undefined {
  const side = `${DETAILS}/RltdPties/${isCredit ? 'Dbtr' : 'Cdtr'}`
  return entry.get(`${side}/Nm`) ?? entry.get(`${side}/Pty/Nm`)
}

function keep(values: Values, path: string, text: string): void {
  if (!values.has(path)) values.set(path, text)
}
