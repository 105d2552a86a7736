import type { AccountState } from '../domain/account.js'
import type { RecordedCommand } from '../domain/command.js'
import type { DeclineCode } from '../domain/decline.js'
import type { Entry, HoldChange, Posting, ResultingBalance } from '../domain/entry.js'

/**
 * An entry as text: JSON with amounts as decimal strings and what is empty left out. This text is what is stored,
 * hashed and exported, so its form never changes; new fields may be added at the end.
 */
export function encodeEntry(entry: Entry): string {
  return JSON.stringify({
    sequence: entry.sequence,
    timestamp: entry.timestamp,
    command: withTexts(entry.command),
    outcome: entry.outcome === 'approved' ? undefined : entry.outcome,
    code: entry.code ?? undefined,
    message: entry.message,
    transactionId: entry.transactionId ?? undefined,
    amount: entry.amount.toString(),
    currency: entry.currency,
    attempt: entry.attempt === 1 ? undefined : entry.attempt,
    postings: entry.postings.length === 0 ? undefined : entry.postings.map(encodePosting),
    holds: entry.holds.length === 0 ? undefined : entry.holds.map(encodeHold),
    balances: entry.balances.length === 0 ? undefined : entry.balances.map(encodeBalance),
    refundable: entry.refundable?.toString(),
    account: entry.account === null ? undefined : withTexts(entry.account)
  })
}

/** A copy in which amounts are decimal text, since JSON knows no 64-bit integers. */
function withTexts(value: object): object {
  const fields = value as Readonly<Record<string, unknown>>
  const copy: Record<string, unknown> = {}
  for (const field in fields) {
    const content = fields[field]
    if (typeof content === 'bigint') copy[field] = content.toString()
    else copy[field] = Array.isArray(content) ? content.map(withTexts) : content
  }
  return copy
}

function encodePosting({ accountId, currency, amount, balanceAfter }: Posting): readonly string[] {
  return [accountId, currency, amount.toString(), balanceAfter.toString()]
}

function encodeHold({ accountId, amount, heldAfter }: HoldChange): readonly string[] {
  return [accountId, amount.toString(), heldAfter.toString()]
}

function encodeBalance({ accountId, posted, held, overdraftLimit }: ResultingBalance): readonly string[] {
  return [accountId, posted.toString(), held.toString(), overdraftLimit.toString()]
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
