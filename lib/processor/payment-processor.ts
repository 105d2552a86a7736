import type { Command as DomainCommand } from '../domain/command.js'
import type { KeyLifetimes } from '../domain/key-lifetimes.js'
import type { Account, Balance, ResultOf } from '../domain/result.js'
import type { ProcessorEvents } from '../observability/events.js'
import type { RateLimits } from '../policies/rate-limiter.js'
import type { RetryOptions } from '../policies/retrying.js'
import type { Clock, ClockState } from '../queue/clock.js'
import type { BackupOptions, BackupReport, Store } from '../store/store.js'
import type { JournalEntry } from '../audit/journal-entry.js'
import type { DeadLetters } from './dead-letter-desk.js'
import type { Transaction, TransactionKind } from './history.js'
import type * as Requests from './requests.js'
import type { Checkpoint } from '../audit/checkpoint.js'
import type { VerificationReport, VerifyOptions } from '../audit/verify.js'

export interface PaymentProcessorOptions {
  /** Where the ledger is kept. @default memoryStore() */
  readonly store?: Store
  /** Callers that may wait for an answer at once; one more rejects with `QueueFullError`. Range 1 … 10_000_000. @default 10_000 */
  readonly maxQueueLength?: number
  /**
   * Places beyond `maxQueueLength`, kept for accounts that hold none of the last ones, so that a flood of calls for one
   * account cannot lock the others out. Range 0 … 10_000_000. @default a tenth of maxQueueLength, rounded up
   */
  readonly queueReserve?: number
  /** How fast commands may come; those that come faster reject with `RateLimitedError`. @default no limit */
  readonly rateLimit?: RateLimits
  /** How often, and how long, a commit is tried again that certainly did not happen and may succeed in a moment. */
  readonly retry?: RetryOptions
  /** Where recorded time comes from, as long as it agrees with elapsed time. @default the system clock */
  readonly clock?: Clock
  /**
   * How long the ledger's idempotency keys live. Recorded in the ledger when it is made. An opening may lengthen them;
   * only `setKeyLifetimes` shortens them.
   */
  readonly idempotency?: {
    /**
     * How long a key answers with the original result, in milliseconds, 0 … keyTtlMs, or `null` for ever.
     * @default what the ledger has; for ever in a new one
     */
    readonly answerTtlMs?: number | null
    /**
     * How long a key is recognised at all, in milliseconds, 1 … 2^53−1, or `null` for ever.
     * @default what the ledger has; for ever in a new one
     */
    readonly keyTtlMs?: number | null
  }
  readonly holds?: {
    /**
     * How often expired holds that no command looks at are released, in milliseconds, 1 … 86_400_000. A command or a
     * balance always sees expired holds as released, however long this is. @default 1_000
     */
    readonly sweepIntervalMs?: number
  }
  /**
   * Whether a text in `metadata` or `reason` that is, as a whole, a payment card number is refused. Turn it off where your
   * own numbers look like card numbers. @default true
   */
  readonly metadataCardCheck?: boolean
}

export interface SubmitOptions {
  /** Aborting it before execution starts rejects with `CommandCancelledError`; afterwards it changes nothing. */
  readonly signal?: AbortSignal
  /** Execution must start within this many milliseconds of the call, 0 … 2^53−1. @default no limit */
  readonly deadlineMs?: number
}

/** Which transactions to list; all of them when empty. */
export interface TransactionQuery {
  readonly accountId?: string
  readonly kind?: TransactionKind
  /** Continue after this sequence: the `sequence` of the last transaction seen. @default 0 */
  readonly after?: number
  /** How many at most, 1 … 2^53−1. @default all */
  readonly limit?: number
  /** Recorded at this time or later. */
  readonly from?: Date
  /** Recorded before this time. */
  readonly to?: Date
}

/** Which part of the journal to read. */
export interface JournalQuery {
  /** Continue after this sequence: that of the last entry seen, 0 … 2^53−1; when following, at most the head. @default 0 */
  readonly after?: number
  /** Whether to wait at the end for what becomes durable later, until the processor is closed. @default false */
  readonly follow?: boolean
  /** Aborting it ends the iteration with `CommandCancelledError`, between two entries or while it waits. */
  readonly signal?: AbortSignal
}

/** Which moment a balance is asked for. */
export interface BalanceQuery {
  /** A sequence, 0 … the head: after that entry. A time: after the last entry recorded at or before it. @default now */
  readonly at?: number | Date
}

/** What a broken rule of the ledger stops: `failed`; what another writer stops: `fenced`. */
export type ProcessorStatus = 'ready' | 'closing' | 'closed' | 'failed' | 'fenced'

/** The promise of a command's result. */
type Answer<Type extends DomainCommand['type']> = Promise<ResultOf<{ readonly type: Type }>>

/** One window on one ledger. Every call is put in one order; every answer is durable before it is given. */
export interface PaymentProcessor extends AsyncDisposable {
  createAccount(request: Requests.CreateAccountRequest, options?: SubmitOptions): Answer<'CreateAccount'>
  processPayment(request: Requests.ProcessPaymentRequest, options?: SubmitOptions): Answer<'ProcessPayment'>
  refundPayment(request: Requests.RefundPaymentRequest, options?: SubmitOptions): Answer<'RefundPayment'>
  deposit(request: Requests.DepositRequest, options?: SubmitOptions): Answer<'Deposit'>
  transfer(request: Requests.TransferRequest, options?: SubmitOptions): Answer<'Transfer'>
  /** Reserves money; the `transactionId` of the result names the hold. */
  authorizePayment(request: Requests.AuthorizePaymentRequest, options?: SubmitOptions): Answer<'AuthorizePayment'>
  /** Settles up to what a hold reserved, once, and releases the rest. */
  capturePayment(request: Requests.CapturePaymentRequest, options?: SubmitOptions): Answer<'CapturePayment'>
  /** Releases all that a hold reserved. */
  voidPayment(request: Requests.VoidPaymentRequest, options?: SubmitOptions): Answer<'VoidPayment'>
  /** Several movements, all or nothing; every rule is checked on the whole. */
  postTransaction(request: Requests.PostTransactionRequest, options?: SubmitOptions): Answer<'PostTransaction'>
  setAccountLimits(request: Requests.SetAccountLimitsRequest, options?: SubmitOptions): Answer<'SetAccountLimits'>
  freezeAccount(request: Requests.FreezeAccountRequest, options?: SubmitOptions): Answer<'FreezeAccount'>
  unfreezeAccount(request: Requests.UnfreezeAccountRequest, options?: SubmitOptions): Answer<'UnfreezeAccount'>
  /** Closes an account that is empty, for good. */
  closeAccount(request: Requests.CloseAccountRequest, options?: SubmitOptions): Answer<'CloseAccount'>
  /** Sets how long the idempotency keys of the ledger live, from now on. */
  setKeyLifetimes(request: Requests.SetKeyLifetimesRequest, options?: SubmitOptions): Answer<'SetKeyLifetimes'>
  /** The command bus: every method above is one line over it. */
  submit<C extends Requests.Command>(command: C, options?: SubmitOptions): Promise<ResultOf<C>>

  getAccount(accountId: string): Promise<Account>
  /** The balance now, or as it was after an entry of the ledger or at a time of the past. */
  getBalance(accountId: string, query?: BalanceQuery): Promise<Balance>
  getTransaction(transactionId: string): Promise<Transaction>
  getTransactionCount(): Promise<number>
  listTransactions(query?: TransactionQuery): AsyncIterable<Transaction>
  /** How long the idempotency keys of the ledger live; `null` is for ever. */
  getKeyLifetimes(): Promise<KeyLifetimes>
  /** Every entry, in order and without holes, at the pace of the consumer; with `follow` also those to come. */
  journal(query?: JournalQuery): AsyncIterableIterator<JournalEntry>
  /** Re-checks the journal and that the present state follows from it, as a whole or since a checkpoint. */
  verify(options?: VerifyOptions): Promise<VerificationReport>
  /** Describes this moment in a few plain values, to be kept outside, for a later `verify({ since })`. */
  checkpoint(): Promise<Checkpoint>
  /** Copies the ledger to a new file while it goes on serving, and checks the copy before it resolves. */
  backup(path: string, options?: BackupOptions): Promise<BackupReport>

  /** Commands that could not be handled: look at them, try them again, or let them go. */
  readonly deadLetters: DeadLetters

  /** Listens to an event; what the listener throws never reaches the worker. Returns the way to stop listening. */
  on<E extends keyof ProcessorEvents>(event: E, listener: (detail: ProcessorEvents[E]) => void): () => void
  /** Takes the clock's present reading for right after `clock:jumped`: recorded time follows it at once. */
  confirmClock(): void
  /** Whether the clock is trusted, what it says, and what the ledger records instead. */
  readonly clock: ClockState
  readonly status: ProcessorStatus
  /** Calls that wait for their answer. */
  readonly queueLength: number
  /** Resolves when every call made so far has its answer. */
  onIdle(): Promise<void>
  /** Takes nothing new, answers what was taken, releases the store. Rejects with `StoreLostError` where its file is gone. */
  close(): Promise<void>
  /** Settles every waiting caller at once and releases the store. */
  abort(reason?: unknown): Promise<void>
}
