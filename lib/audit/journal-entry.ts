import type { RecordedCommand } from '../domain/command.js'
import type { DeclineCode } from '../domain/decline.js'
import type { HoldChange, Posting } from '../domain/entry.js'
import { shownLifetimes, type KeyLifetimes } from '../domain/key-lifetimes.js'
import { writable } from '../domain/writable.js'
import type { ChainedEntry } from '../store/store.js'

/** One record of the journal: what was asked, what was decided, what moved, and its link in the hash chain. */
export interface JournalEntry {
  readonly sequence: number
  readonly timestamp: Date
  readonly command: RecordedCommand
  readonly outcome: 'approved' | 'declined' | 'refused'
  readonly code: DeclineCode | null
  readonly message: string
  readonly transactionId: string | null
  readonly amount: bigint
  readonly currency: string
  readonly attempt: number
  readonly postings: readonly Posting[]
  readonly holds: readonly HoldChange[]
  /** The lifetimes of keys from this entry on; only on entries that set them. */
  readonly lifetimes?: KeyLifetimes
  /** The entry as it is stored, to the letter: what the hash covers. */
  readonly encoded: string
  /** Hex SHA-256 over `previousHash` and `encoded`. */
  readonly hash: string
  readonly previousHash: string
}

export function journalEntryOf({ entry, encoded, hash, previousHash }: ChainedEntry): JournalEntry {
  const { sequence, timestamp, command, outcome, code, message, transactionId } = entry
  const { amount, currency, attempt, postings, holds, lifetimes } = entry
  return writable({
    sequence,
    timestamp: new Date(timestamp),
    command,
    outcome,
    code,
    message,
    transactionId,
    amount,
    currency,
    attempt,
    postings,
    holds,
    ...(lifetimes !== undefined && { lifetimes: shownLifetimes(lifetimes) }),
    encoded,
    hash,
    previousHash
  })
}
