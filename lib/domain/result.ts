import { availableOf, type AccountState, type FreezeDirection, type Metadata } from './account.js'
import type { Command } from './command.js'
import type { DeclineCode, DeclineCodeOf } from './decline.js'
import { invariant } from './errors.js'
import type { Entry } from './entry.js'
import { makeWritable, writable } from './writable.js'
import { shownLifetimes, type KeyLifetimes } from './key-lifetimes.js'

/** What every answer carries. Amounts are minor units of `currency`. */
interface Answer {
  readonly amount: bigint
  readonly currency: string
  readonly message: string
  /** Recorded time of the first execution; a replay keeps it. */
  readonly timestamp: Date
  /** Place in the one order of the ledger, from 1. */
  readonly sequence: number
  /** Whether this call executed nothing because its idempotency key already had an answer. */
  readonly replayed: boolean
}

export interface Approved extends Answer {
  readonly success: true
  readonly transactionId: string
  /** After a refund: what may still be refunded of the original payment. */
  readonly refundable?: bigint
  /** For an authorization: when the hold ends by itself. */
  readonly expiresAt?: Date
}

export interface Declined<Code extends DeclineCode = DeclineCode> extends Answer {
  readonly success: false
  readonly transactionId: null
  readonly code: Code
  /** Which attempt under this idempotency key this was, from 1. */
  readonly attempt: number
  /** For `refund_exceeds_remaining` and `already_refunded`: what may still be refunded. */
  readonly refundable?: bigint
}

export type PaymentResult<Code extends DeclineCode = DeclineCode> = Approved | Declined<Code>

export interface AccountChanged {
  readonly success: true
  readonly account: Account
  readonly sequence: number
  readonly replayed: boolean
}

export type AccountResult<Code extends DeclineCode = DeclineCode> = AccountChanged | Declined<Code>

/** How long keys live from now on. */
export interface KeyLifetimesSet extends KeyLifetimes {
  readonly success: true
  readonly sequence: number
  readonly replayed: boolean
}

export type CommandResult = PaymentResult | AccountResult | KeyLifetimesSet

type AccountCommand = Extract<
  Command,
  { type: 'CreateAccount' | 'SetAccountLimits' | 'FreezeAccount' | 'UnfreezeAccount' | 'CloseAccount' }
>

/** The result that a command resolves with: with its kind of approval, and only the codes it can be declined for. */
export type ResultOf<C extends { readonly type: Command['type'] }> = C['type'] extends 'SetKeyLifetimes'
  ? KeyLifetimesSet
  : C['type'] extends AccountCommand['type']
    ? AccountResult<DeclineCodeOf<C['type']>>
    : PaymentResult<DeclineCodeOf<C['type']>>

/** An account as callers see it. */
export interface Account {
  readonly accountId: string
  readonly currency: string
  readonly posted: bigint
  readonly held: bigint
  /** `posted − held + overdraftLimit`, at most 2^63−1: no command could take more. */
  readonly available: bigint
  readonly overdraftLimit: bigint
  readonly frozen: FreezeDirection | null
  readonly closed: boolean
  readonly metadata: Metadata
  readonly createdAt: Date
}

/** What an account has, may spend, and as of which sequence. */
export interface Balance {
  readonly currency: string
  readonly posted: bigint
  readonly held: bigint
  readonly available: bigint
  /** The last entry of the ledger that this balance takes into account. */
  readonly sequence: number
}

/** The answer that an entry stands for, the first time and every time its key is used again. */
export function resultOf(entry: Entry, replayed: boolean): CommandResult {
  if (entry.outcome === 'approved' && entry.account !== null) {
    return writable({ success: true, account: accountOf(entry.account), sequence: entry.sequence, replayed })
  }
  if (entry.lifetimes !== undefined) {
    return { success: true, ...shownLifetimes(entry.lifetimes), sequence: entry.sequence, replayed }
  }
  return entry.outcome === 'approved' ? approvedOf(entry, replayed) : declinedOf(entry, replayed)
}

/** A class of its own, written out field by field, since every payment gets one. */
class ApprovedResult {
  readonly success = true
  readonly transactionId: string
  readonly amount: bigint
  readonly currency: string
  readonly message: string
  readonly timestamp: Date
  readonly sequence: number
  readonly replayed: boolean
  declare refundable?: bigint
  declare expiresAt?: Date

  constructor(entry: Entry, transactionId: string, replayed: boolean) {
    this.transactionId = transactionId
    this.amount = entry.amount
    this.currency = entry.currency
    this.message = entry.message
    this.timestamp = new Date(entry.timestamp)
    this.sequence = entry.sequence
    this.replayed = replayed
  }
}
makeWritable(ApprovedResult)

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function approvedOf(entry: Entry, replayed: boolean): Approved {
  const { transactionId, command } = entry
  invariant(transactionId !== null, `approved entry ${entry.sequence} has no transaction id`)
  const approved: Mutable<Approved> = new ApprovedResult(entry, transactionId, replayed)
  if (entry.refundable !== null) approved.refundable = entry.refundable
  if (command.type === 'AuthorizePayment') approved.expiresAt = new Date(entry.timestamp + command.expiresInMs)
  return approved
}

function declinedOf(entry: Entry, replayed: boolean): Declined {
  invariant(entry.code !== null, `declined entry ${entry.sequence} has no code`)
  const declined: Mutable<Declined> = writable<Declined>({
    success: false,
    transactionId: null,
    code: entry.code,
    amount: entry.amount,
    currency: entry.currency,
    message: entry.message,
    timestamp: new Date(entry.timestamp),
    sequence: entry.sequence,
    replayed,
    attempt: entry.attempt
  })
  if (entry.refundable !== null) declined.refundable = entry.refundable
  return declined
}

export function accountOf(state: AccountState): Account {
  return writable({
    accountId: state.accountId,
    currency: state.currency,
    posted: state.posted,
    held: state.held,
    available: availableOf(state),
    overdraftLimit: state.overdraftLimit,
    frozen: state.frozen,
    closed: state.closed,
    metadata: state.metadata,
    createdAt: new Date(state.createdAt)
  })
}

export function balanceOf(state: AccountState, sequence: number): Balance {
  return writable({
    currency: state.currency,
    posted: state.posted,
    held: state.held,
    available: availableOf(state),
    sequence
  })
}
