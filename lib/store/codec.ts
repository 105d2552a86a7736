import type { AccountState } from '../domain/account.js'
import type { Command, RecordedCommand } from '../domain/command.js'
import type { DeclineCode } from '../domain/decline.js'
import type { Entry, HoldChange, Posting, ResultingBalance } from '../domain/entry.js'

/**
 * An entry as text: JSON with amounts as decimal strings and what is empty left out. This text is what is stored,
 * hashed and exported, so its form never changes; new fields may be added at the end.
 */
export function encodeEntry(entry: Entry): string {
  // Written out field by field: for the one text that every payment needs, JSON.stringify and its copies take five
  // times as long.
  let text = `{"sequence":${entry.sequence},"timestamp":${entry.timestamp},"command":${encodeFields(entry.command)}`
  if (entry.outcome !== 'approved') text += `,"outcome":"${entry.outcome}"`
  if (entry.code !== null) text += `,"code":"${entry.code}"`
  text += `,"message":${JSON.stringify(entry.message)}`
  if (entry.transactionId !== null) text += `,"transactionId":"${entry.transactionId}"`
  text += `,"amount":"${entry.amount}","currency":"${entry.currency}"`
  if (entry.attempt !== 1) text += `,"attempt":${entry.attempt}`
  if (entry.postings.length > 0) text += `,"postings":[${entry.postings.map(encodePosting).join()}]`
  if (entry.holds.length > 0) text += `,"holds":[${entry.holds.map(encodeHold).join()}]`
  if (entry.balances.length > 0) text += `,"balances":[${entry.balances.map(encodeBalance).join()}]`
  if (entry.refundable !== null) text += `,"refundable":"${entry.refundable}"`
  if (entry.account !== null) text += `,"account":${encodeFields(entry.account)}`
  return text + '}'
}

/** As JSON, with amounts as decimal text, since JSON knows no 64-bit integers. */
function encodeFields(value: object): string {
  const fields = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const field in fields) {
    const content = fields[field]
    if (content === undefined) continue
    text += `${text === '' ? '{' : ','}"${field}":`
    if (typeof content === 'bigint') text += `"${content}"`
    else text += Array.isArray(content) ? `[${content.map(encodeFields).join()}]` : JSON.stringify(content)
  }
  return text + '}'
}

// Ids and currencies consist of characters that JSON takes as they are.

function encodePosting({ accountId, currency, amount, balanceAfter }: Posting): string {
  return `["${accountId}","${currency}","${amount}","${balanceAfter}"]`
}

function encodeHold({ accountId, amount, heldAfter }: HoldChange): string {
  return `["${accountId}","${amount}","${heldAfter}"]`
}

function encodeBalance({ accountId, posted, held, overdraftLimit }: ResultingBalance): string {
  return `["${accountId}","${posted}","${held}","${overdraftLimit}"]`
}

/** A command by itself, in the form that it has in an entry. */
export function encodeCommand(command: Command): string {
  return encodeFields(command)
}

export function decodeCommand(text: string): Command {
  return withAmounts(JSON.parse(text) as Command)
}

interface EncodedEntry {
  readonly sequence: number
  readonly timestamp: number
  readonly command: RecordedCommand
  readonly outcome?: Entry['outcome']
  readonly code?: DeclineCode
  readonly message: string
  readonly transactionId?: string
  readonly amount: string
  readonly currency: string
  readonly attempt?: number
  readonly postings?: readonly [string, string, string, string][]
  readonly holds?: readonly [string, string, string][]
  readonly balances?: readonly [string, string, string, string][]
  readonly refundable?: string
  readonly account?: AccountState
}

export function decodeEntry(text: string): Entry {
  const encoded = JSON.parse(text) as EncodedEntry
  return {
    sequence: encoded.sequence,
    timestamp: encoded.timestamp,
    command: withAmounts(encoded.command),
    outcome: encoded.outcome ?? 'approved',
    code: encoded.code ?? null,
    message: encoded.message,
    transactionId: encoded.transactionId ?? null,
    amount: BigInt(encoded.amount),
    currency: encoded.currency,
    attempt: encoded.attempt ?? 1,
    postings: (encoded.postings ?? []).map(([accountId, currency, amount, balanceAfter]) => ({
      accountId,
      currency,
      amount: BigInt(amount),
      balanceAfter: BigInt(balanceAfter)
    })),
    holds: (encoded.holds ?? []).map(([accountId, amount, heldAfter]) => ({
      accountId,
      amount: BigInt(amount),
      heldAfter: BigInt(heldAfter)
    })),
    balances: (encoded.balances ?? []).map(([accountId, posted, held, overdraftLimit]) => ({
      accountId,
      posted: BigInt(posted),
      held: BigInt(held),
      overdraftLimit: BigInt(overdraftLimit)
    })),
    refundable: encoded.refundable === undefined ? null : BigInt(encoded.refundable),
    account: encoded.account === undefined ? null : withAmounts(encoded.account)
  }
}

const AMOUNT_FIELDS = ['amount', 'initialBalance', 'overdraftLimit', 'posted', 'held'] as const

/** Turns the fields that are amounts back into `bigint`s; `JSON.parse` made this object, so it is ours to change. */
function withAmounts<T extends object>(value: T): T {
  const fields = value as Record<string, unknown>
  for (const field of AMOUNT_FIELDS) {
    if (typeof fields[field] === 'string') fields[field] = BigInt(fields[field])
  }
  if (Array.isArray(fields['legs'])) fields['legs'] = fields['legs'].map((leg: object) => withAmounts(leg))
  return value
}
