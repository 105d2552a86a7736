import type { AccountState } from './account.js'
import type { RecordedCommand } from './command.js'
import type { DeclineCode } from './decline.js'
import type { RecordedLifetimes } from './key-lifetimes.js'

/** A change of one account's posted balance; the postings of an entry sum to zero per currency. */
export interface Posting {
  readonly accountId: string
  readonly currency: string
  /** Signed minor units. */
  readonly amount: bigint
  /** The account's posted balance after this entry. */
  readonly balanceAfter: bigint
}

/** A change of one account's held amount. */
export interface HoldChange {
  readonly accountId: string
  /** Signed minor units: positive reserves, negative releases. */
  readonly amount: bigint
  /** The account's held amount after this entry. */
  readonly heldAfter: bigint
}

/** What an account has after an entry. */
export interface ResultingBalance {
  readonly accountId: string
  readonly posted: bigint
  readonly held: bigint
  readonly overdraftLimit: bigint
}

/**
 * One record of everything that one command did: what was asked, what was decided, what moved, and the answer that the
 * idempotency key gives for as long as it lives. Entries are numbered without holes.
 */
export interface Entry {
  readonly sequence: number
  /** Recorded time, milliseconds since the epoch; never runs backwards. */
  readonly timestamp: number
  readonly command: RecordedCommand
  /** `refused`: the caller got an error; recorded because it may be an attack, without any effect. */
  readonly outcome: 'approved' | 'declined' | 'refused'
  readonly code: DeclineCode | null
  readonly message: string
  readonly transactionId: string | null
  readonly amount: bigint
  readonly currency: string
  /** From 1; counts the attempts under one idempotency key. */
  readonly attempt: number
  readonly postings: readonly Posting[]
  readonly holds: readonly HoldChange[]
  /** What every account of the postings and holds has afterwards; empty where all have neither holds nor overdrafts. */
  readonly balances: readonly ResultingBalance[]
  /** After a refund, or with a refused one: what is left to refund. */
  readonly refundable: bigint | null
  /** The account after a command that changes the account itself. */
  readonly account: AccountState | null
  /** The lifetimes of keys from this entry on; only on entries that set them. */
  readonly lifetimes?: RecordedLifetimes
}
