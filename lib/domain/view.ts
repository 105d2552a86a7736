import type { AccountState } from './account.js'
import type { Entry } from './entry.js'
import type { RecordedLifetimes } from './key-lifetimes.js'
import type { TransactionState } from './transaction.js'

/** What a decision may look at: the part of the ledger's state that its command touches. */
export interface View {
  account(accountId: string): AccountState | undefined
  /** The latest entry recorded under an idempotency key of that account. */
  keyed(accountId: string, idempotencyKey: string): Entry | undefined
  transaction(transactionId: string): TransactionState | undefined
}

/** Everything that is not a function of the ledger's state comes in here, as data. */
export interface Context {
  readonly sequence: number
  /** Milliseconds since the epoch, never before the previous entry's. */
  readonly now: number
  /** The unguessable part of the next transaction id. */
  readonly idSuffix: string
  /**
   * The last entry that was durable when the request came, where others waited under its key: it shares a decline that
   * came later. Left out, it does not.
   */
  readonly joinsAfter?: number | undefined
  /** How long keys live, by the entries before this one. */
  readonly lifetimes: RecordedLifetimes
}
