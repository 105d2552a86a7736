import type { AccountState } from '../domain/account.js'
import type { Command, RecordedCommand } from '../domain/command.js'
import type { DeclineCode } from '../domain/decline.js'
import type { Entry, HoldChange, Posting, ResultingBalance } from '../domain/entry.js'
import type { RecordedLifetimes } from '../domain/key-lifetimes.js'
import { JsonWriter } from './json-writer.js'

/**
 * An entry as text: JSON with amounts as decimal strings and what is empty left out. This text is what is stored,
 * hashed and exported, so its form never changes; new fields may be added at the end.
 */
export function encodeEntry(entry: Entry): string {
  return textOf(writeEntry, entry)
}

/** A command by itself, in the form that it has in an entry. */
export function encodeCommand(command: Command): string {
  return textOf(writeFields, command)
}

const scratch = new JsonWriter()

function textOf<T>(write: (out: JsonWriter, value: T) => void, value: T): string {
  try {
    write(scratch, value)
    return scratch.text
  } finally {
    // What could not be written to its end must not stand before the next text.
    scratch.clear()
  }
}

/** Writes the text of an entry. Field by field, because every payment passes here. */
export function writeEntry(out: JsonWriter, entry: Entry): void {
  out.raw('{"sequence":')
  out.integer(entry.sequence)
  out.raw(',"timestamp":')
  out.integer(entry.timestamp)
  out.raw(',"command":')
  writeFields(out, entry.command)
  if (entry.outcome !== 'approved') writeString(out, ',"outcome":', entry.outcome)
  if (entry.code !== null) writeString(out, ',"code":', entry.code)
  writeString(out, ',"message":', entry.message)
  if (entry.transactionId !== null) writeString(out, ',"transactionId":', entry.transactionId)
  writeAmount(out, ',"amount":', entry.amount)
  writeString(out, ',"currency":', entry.currency)
  if (entry.attempt !== 1) out.raw(`,"attempt":${entry.attempt}`)
  if (entry.postings.length > 0) writeList(out, ',"postings":', entry.postings, writePosting)
  if (entry.holds.length > 0) writeList(out, ',"holds":', entry.holds, writeHold)
  if (entry.balances.length > 0) writeList(out, ',"balances":', entry.balances, writeBalance)
  if (entry.refundable !== null) writeAmount(out, ',"refundable":', entry.refundable)
  if (entry.account !== null) {
    out.raw(',"account":')
    writeFields(out, entry.account)
  }
  if (entry.lifetimes !== undefined) {
    out.raw(',"lifetimes":')
    writeFields(out, entry.lifetimes)
  }
  out.raw('}')
}

/** As JSON, with amounts as decimal text, since JSON knows no 64-bit integers. */
function writeFields(out: JsonWriter, value: object): void {
  const fields = value as Readonly<Record<string, unknown>>
  let separator = '{"'
  for (const field in fields) {
    const content = fields[field]
    if (content === undefined) continue
    out.raw(separator)
    out.raw(field)
    out.raw('":')
    separator = ',"'
    if (typeof content === 'string') out.string(content)
    else if (typeof content === 'bigint') writeAmount(out, '', content)
    else if (Array.isArray(content)) writeList(out, '', content as readonly object[], writeFields)
    else out.json(content)
  }
  out.raw('}')
}

/** An entry may come from a file that somebody has changed, where any field can be anything: that is for the checks to say. */
function writeString(out: JsonWriter, label: string, value: string): void {
  out.raw(label)
  out.string(String(value))
}

function writeAmount(out: JsonWriter, label: string, amount: bigint): void {
  out.raw(label)
  out.raw('"')
  out.integer(amount)
  out.raw('"')
}

function writeList<T>(
  out: JsonWriter,
  label: string,
  items: readonly T[],
  write: (out: JsonWriter, item: T) => void
): void {
  out.raw(label)
  for (let index = 0; index < items.length; index++) {
    out.raw(index === 0 ? '[' : ',')
    write(out, items[index]!)
  }
  out.raw(items.length === 0 ? '[]' : ']')
}

function writePosting(out: JsonWriter, { accountId, currency, amount, balanceAfter }: Posting): void {
  writeString(out, '[', accountId)
  writeString(out, ',', currency)
  writeAmount(out, ',', amount)
  writeAmount(out, ',', balanceAfter)
  out.raw(']')
}

function writeHold(out: JsonWriter, { accountId, amount, heldAfter }: HoldChange): void {
  writeString(out, '[', accountId)
  writeAmount(out, ',', amount)
  writeAmount(out, ',', heldAfter)
  out.raw(']')
}

function writeBalance(out: JsonWriter, { accountId, posted, held, overdraftLimit }: ResultingBalance): void {
  writeString(out, '[', accountId)
  writeAmount(out, ',', posted)
  writeAmount(out, ',', held)
  writeAmount(out, ',', overdraftLimit)
  out.raw(']')
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
  readonly lifetimes?: RecordedLifetimes
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
    account: encoded.account === undefined ? null : withAmounts(encoded.account),
    ...(encoded.lifetimes !== undefined && { lifetimes: encoded.lifetimes })
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
