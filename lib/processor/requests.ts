import type { FreezeDirection, Metadata } from '../domain/account.js'

/**
 * Minor units of the account's currency, 1 … 2^63−1 (`1250n` is 12.50 USD). A `number` must be a safe integer and is
 * converted to `bigint` at the door.
 */
export type Amount = bigint | number

/** Who asks and why, for the auditor: in the journal with the command, and no part of what makes two requests the same. */
interface Attributed {
  /** A user or service id: 1–128 printable characters. @default nobody is named */
  readonly actor?: string
  /** 1–500 characters, no card number. @default no reason is given */
  readonly reason?: string
}

/** What every request that moves or reserves money carries. */
interface MoneyRequest extends Attributed {
  /** The account that the command acts for: 1–128 printable ASCII characters without blanks, quotes and `, ; \ < >`. */
  readonly accountId: string
  /** 1–255 printable ASCII characters, unique per operation within the account. */
  readonly idempotencyKey: string
  /** ISO 4217 code that the caller believes the account to have. @default the account's currency */
  readonly currency?: string
  /** Up to 20 keys (≤ 40 characters) with text values (≤ 500 characters). @default {} */
  readonly metadata?: Metadata
  /** Whether a decline lets the same key try again, or is pinned as the key's answer. @default 'retry' */
  readonly onDecline?: 'retry' | 'keep'
}

export interface CreateAccountRequest extends Attributed {
  readonly accountId: string
  /** ISO 4217 code; an account has one currency for life. */
  readonly currency: string
  /** Minor units, 0 … 2^63−1, posted from `@funding`. @default 0n */
  readonly initialBalance?: Amount
  /** How far below zero the account may go, minor units, 0 … 2^63−1. @default 0n */
  readonly overdraftLimit?: Amount
  readonly metadata?: Metadata
  /** With a key, a retry replays instead of rejecting with `AccountAlreadyExistsError`. */
  readonly idempotencyKey?: string
}

export interface ProcessPaymentRequest extends MoneyRequest {
  readonly amount: Amount
  /** The account that receives the money. @default the system account `@settlement` */
  readonly payee?: string
}

export interface RefundPaymentRequest extends MoneyRequest {
  /** @default all that remains */
  readonly amount?: Amount
  /** The payment or capture to refund; it must have been made for `accountId`. */
  readonly originalTransactionId: string
  /** Which leg of a multi-leg transaction to refund, from 0. @default 0, where there is one leg only */
  readonly leg?: number
}

export interface DepositRequest extends MoneyRequest {
  readonly amount: Amount
}

export interface TransferRequest extends MoneyRequest {
  readonly amount: Amount
  /** The account that receives the money. */
  readonly to: string
}

export interface PostTransactionRequest extends Attributed {
  /** The account that the command acts for and that the key belongs to: it exists and is open, and need not be in a leg. */
  readonly accountId: string
  readonly idempotencyKey: string
  /** 1–100 movements, all or nothing. */
  readonly legs: readonly {
    /** With `actor` and `reason` also `@settlement` or `@funding`: a payout, its return, a correction. */
    readonly from: string
    readonly to: string
    readonly amount: Amount
    readonly currency: string
  }[]
  readonly metadata?: Metadata
  readonly onDecline?: 'retry' | 'keep'
}

export interface AuthorizePaymentRequest extends MoneyRequest {
  readonly amount: Amount
  readonly payee?: string
  /** Milliseconds from the recorded time of the authorization, 1 … 2^52. @default 604_800_000 (7 days) */
  readonly expiresInMs?: number
}

export interface CapturePaymentRequest extends MoneyRequest {
  /** Up to the held amount; the rest is released. @default all that is held */
  readonly amount?: Amount
  /** The `transactionId` of the authorization. */
  readonly authorizationId: string
}

export interface VoidPaymentRequest extends Attributed {
  readonly accountId: string
  readonly authorizationId: string
  readonly idempotencyKey: string
  readonly metadata?: Metadata
  readonly onDecline?: 'retry' | 'keep'
}

export interface SetAccountLimitsRequest extends Attributed {
  readonly accountId: string
  /** Minor units, 0 … 2^63−1. */
  readonly overdraftLimit: Amount
  readonly idempotencyKey: string
}

export interface FreezeAccountRequest extends Attributed {
  readonly accountId: string
  readonly direction: FreezeDirection
  /** 1–500 characters, kept in the journal. */
  readonly reason: string
  readonly idempotencyKey: string
}

export interface UnfreezeAccountRequest extends Attributed {
  readonly accountId: string
  readonly idempotencyKey: string
}

export interface CloseAccountRequest extends Attributed {
  readonly accountId: string
  readonly idempotencyKey: string
}

export interface SetKeyLifetimesRequest {
  /** How long a key answers with the original result, milliseconds, 0 … keyTtlMs; `null`: for ever. @default as it is */
  readonly answerTtlMs?: number | null
  /** How long a key is recognised at all, milliseconds, 1 … 2^53−1; `null`: for ever. @default as it is */
  readonly keyTtlMs?: number | null
  readonly actor: string
  readonly reason: string
  readonly idempotencyKey: string
}

/** A request together with its name, for `submit`. */
export type Command =
  | ({ readonly type: 'CreateAccount' } & CreateAccountRequest)
  | ({ readonly type: 'ProcessPayment' } & ProcessPaymentRequest)
  | ({ readonly type: 'RefundPayment' } & RefundPaymentRequest)
  | ({ readonly type: 'Deposit' } & DepositRequest)
  | ({ readonly type: 'Transfer' } & TransferRequest)
  | ({ readonly type: 'PostTransaction' } & PostTransactionRequest)
  | ({ readonly type: 'AuthorizePayment' } & AuthorizePaymentRequest)
  | ({ readonly type: 'CapturePayment' } & CapturePaymentRequest)
  | ({ readonly type: 'VoidPayment' } & VoidPaymentRequest)
  | ({ readonly type: 'SetAccountLimits' } & SetAccountLimitsRequest)
  | ({ readonly type: 'FreezeAccount' } & FreezeAccountRequest)
  | ({ readonly type: 'UnfreezeAccount' } & UnfreezeAccountRequest)
  | ({ readonly type: 'CloseAccount' } & CloseAccountRequest)
  | ({ readonly type: 'SetKeyLifetimes' } & SetKeyLifetimesRequest)
