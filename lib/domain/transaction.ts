import type { Leg, RecordedCommand } from './command.js'
import type { Entry } from './entry.js'

export type HoldStatus = 'open' | 'captured' | 'voided' | 'expired'

/** An approved entry together with what later entries did to it. */
export interface TransactionState {
  readonly entry: Entry
  /** Refunded so far, leg by leg; empty until the first refund. */
  readonly refunded: readonly bigint[]
  /** How the hold stands; `null` for everything but authorizations. */
  readonly hold: { readonly status: HoldStatus; readonly deadline: number } | null
}

/** An approved transaction that no later entry has changed; `undefined` for entries that are no transactions. */
export function unchanged(entry: Entry): TransactionState | undefined {
  return entry.outcome === 'approved' && entry.transactionId !== null ? { entry, refunded: [], hold: null } : undefined
}

const ID_PREFIX: Partial<Record<RecordedCommand['type'], string>> = {
  ProcessPayment: 'txn',
  PostTransaction: 'txn',
  RefundPayment: 'refund',
  Deposit: 'deposit',
  Transfer: 'transfer',
  AuthorizePayment: 'hold',
  CapturePayment: 'capture',
  VoidPayment: 'void',
  ExpireHold: 'expiry'
}

const ZEROS = '0'.repeat(11)

/** Ids sort in execution order within a prefix, and the suffix cannot be guessed. */
export function transactionIdOf(command: RecordedCommand['type'], sequence: number, suffix: string): string | null {
  const prefix = ID_PREFIX[command]
  if (prefix === undefined) return null
  // Joined rather than concatenated: the id is kept, and one string is smaller than the pieces of one.
  const digits = sequence.toString(36)
  return [prefix, ZEROS.slice(digits.length) + digits, suffix].join('_')
}

const ID_PATTERN = /^[a-z]+_([0-9a-z]{11})_[A-Za-z0-9_-]+$/

/** Where in the journal a transaction id points, so that no index of ids is needed; `undefined` for foreign text. */
export function sequenceOfTransactionId(transactionId: string): number | undefined {
  const digits = ID_PATTERN.exec(transactionId)?.[1]
  if (digits === undefined) return undefined
  const sequence = Number.parseInt(digits, 36)
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined
}

/** What counts as a transaction: money that moved between accounts at a caller's wish. */
export function isCountedTransaction(entry: Entry): boolean {
  if (entry.outcome !== 'approved') return false
  switch (entry.command.type) {
    case 'ProcessPayment':
    case 'RefundPayment':
    case 'Deposit':
    case 'Transfer':
    case 'PostTransaction':
    case 'CapturePayment':
      return true
    default:
      return false
  }
}

/** Who paid whom in an approved entry: one leg for each pair of postings. */
export function legsOf(entry: Entry): readonly Leg[] {
  const legs: Leg[] = []
  for (let index = 0; index + 1 < entry.postings.length; index += 2) {
    const debit = entry.postings[index]!
    const credit = entry.postings[index + 1]!
    legs.push({ from: debit.accountId, to: credit.accountId, amount: credit.amount, currency: credit.currency })
  }
  return legs
}

/** The accounts in whose history an entry belongs: those whose money it moved, held or released, or whose terms it set. */
export function accountsChangedBy(entry: Entry): readonly string[] {
  const { postings } = entry
  if (postings.length === 2 && entry.account === null && entry.holds.length === 0) {
    return [postings[0]!.accountId, postings[1]!.accountId]
  }
  const accounts: string[] = entry.account === null ? [] : [entry.account.accountId]
  for (const { accountId } of postings) if (!accounts.includes(accountId)) accounts.push(accountId)
  for (const { accountId } of entry.holds) if (!accounts.includes(accountId)) accounts.push(accountId)
  return accounts
}
