import type { FreezeDirection, LEDGER, Metadata } from './account.js'

/** Commands as the ledger executes them: checked, copied, amounts as `bigint` minor units. */
export type Command =
  | CreateAccount
  | ProcessPayment
  | RefundPayment
  | Deposit
  | Transfer
  | PostTransaction
  | AuthorizePayment
  | CapturePayment
  | VoidPayment
  | SetAccountLimits
  | FreezeAccount
  | UnfreezeAccount
  | CloseAccount
  | SetKeyLifetimes

/** What the ledger records: the commands of callers, and those that it gives to itself. */
export type RecordedCommand = Command | OwnCommand

/** The expiry of a hold, the end of a dead letter, a change of the rules. */
export type OwnCommand = ExpireHold | DiscardDeadLetter | AdoptRules

/** Who asked for a command and why, for the auditor: recorded as given, and never looked at by a rule. */
interface Attributed {
  readonly actor?: string
  readonly reason?: string
}

export interface CreateAccount extends Attributed {
  readonly type: 'CreateAccount'
  readonly accountId: string
  readonly currency: string
  readonly initialBalance: bigint
  readonly overdraftLimit: bigint
  readonly metadata: Metadata
  readonly idempotencyKey?: string
}

interface Keyed extends Attributed {
  readonly accountId: string
  readonly idempotencyKey: string
}

/** What every command that moves or reserves money may carry. */
interface MoneyCommand extends Keyed {
  /** The currency the caller believes in; declined `currency_mismatch` when the account has another. */
  readonly currency?: string
  readonly metadata?: Metadata
  readonly onDecline?: 'retry' | 'keep'
}

export interface ProcessPayment extends MoneyCommand {
  readonly type: 'ProcessPayment'
  readonly amount: bigint
  readonly payee?: string
}

export interface RefundPayment extends MoneyCommand {
  readonly type: 'RefundPayment'
  /** Omitted: all that remains. */
  readonly amount?: bigint
  readonly originalTransactionId: string
  /** Which leg of a multi-leg transaction, from 0. */
  readonly leg?: number
}

export interface Deposit extends MoneyCommand {
  readonly type: 'Deposit'
  readonly amount: bigint
}

export interface Transfer extends MoneyCommand {
  readonly type: 'Transfer'
  readonly amount: bigint
  readonly to: string
}

export interface Leg {
  /** A system account only where the transaction says who asked and why. */
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly currency: string
}

export interface PostTransaction extends Keyed {
  readonly type: 'PostTransaction'
  readonly legs: readonly Leg[]
  readonly metadata?: Metadata
  readonly onDecline?: 'retry' | 'keep'
}

export interface AuthorizePayment extends MoneyCommand {
  readonly type: 'AuthorizePayment'
  readonly amount: bigint
  readonly payee?: string
  readonly expiresInMs: number
}

export interface CapturePayment extends MoneyCommand {
  readonly type: 'CapturePayment'
  /** Omitted: all that is held. */
  readonly amount?: bigint
  readonly authorizationId: string
}

export interface VoidPayment extends Keyed {
  readonly type: 'VoidPayment'
  readonly authorizationId: string
  readonly metadata?: Metadata
  readonly onDecline?: 'retry' | 'keep'
}

export interface SetAccountLimits extends Keyed {
  readonly type: 'SetAccountLimits'
  readonly overdraftLimit: bigint
}

export interface FreezeAccount extends Keyed {
  readonly type: 'FreezeAccount'
  readonly direction: FreezeDirection
  readonly reason: string
}

export interface UnfreezeAccount extends Keyed {
  readonly type: 'UnfreezeAccount'
}

export interface CloseAccount extends Keyed {
  readonly type: 'CloseAccount'
}

/**
 * Sets how long the ledger's keys live; what is left out stays, `null` is for ever. Written by the ledger itself, without
 * a key, when it is opened with other lifetimes.
 */
export interface SetKeyLifetimes extends Attributed {
  readonly type: 'SetKeyLifetimes'
  readonly accountId: typeof LEDGER
  readonly idempotencyKey?: string
  readonly answerTtlMs?: number | null
  readonly keyTtlMs?: number | null
}

/** Written by the ledger itself when a hold's deadline has passed. */
export interface ExpireHold {
  readonly type: 'ExpireHold'
  readonly accountId: string
  readonly authorizationId: string
}

/** Written by the ledger itself when somebody decides that a command which was put aside shall not be executed. */
export interface DiscardDeadLetter {
  readonly type: 'DiscardDeadLetter'
  /** The account that the command was to act for. */
  readonly accountId: string
  readonly deadLetterId: string
  readonly reason: string
  /** The command, as text in the form of the journal. */
  readonly discarded: string
}

/** Written by the ledger itself at the end of what an earlier version has written: from here on, the present rules hold. */
export interface AdoptRules {
  readonly type: 'AdoptRules'
  readonly accountId: typeof LEDGER
  /** The number of the rules. */
  readonly rules: number
  /** Keys recorded before this time had been forgotten by then, milliseconds since the epoch; 0 where none had. */
  readonly keysForgottenBefore: number
}
