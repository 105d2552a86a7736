import type { AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import type { Changes } from '../domain/evolve.js'
import { keyOf } from '../domain/idempotency.js'
import { isCountedTransaction, type TransactionState } from '../domain/transaction.js'
import type { CommitGroup, Head } from '../store/store.js'

/** An answer that waits for its group to become durable. */
export interface Answer {
  give(): void
  withhold(error: unknown): void
}

/** The effects of consecutive commands that become durable together, and the answers that wait for it. */
export class Group {
  readonly expectedHead: number
  head: Head
  readonly entries: Entry[] = []
  readonly accounts = new Map<string, AccountState>()
  /** Every transaction that began or changed in this group, by sequence. */
  readonly transactions = new Map<number, TransactionState>()
  /** Those of them whose standing the store must keep beside the journal. */
  readonly changed = new Map<number, TransactionState>()
  readonly keyed = new Map<string, Entry>()
  readonly answers: Answer[] = []

  constructor(head: Head) {
    this.head = head
    this.expectedHead = head.sequence
  }

  add(entry: Entry, changes: Changes): void {
    this.entries.push(entry)
    for (const account of changes.accounts) this.accounts.set(account.accountId, account)
    if (entry.outcome === 'approved' && entry.transactionId !== null) {
      this.transactions.set(entry.sequence, { entry, refunded: [], hold: null })
    }
    for (const state of changes.transactions) {
      this.transactions.set(state.entry.sequence, state)
      this.changed.set(state.entry.sequence, state)
    }
    const key = keyOf(entry)
    if (key !== undefined) this.keyed.set(keyText(entry.command.accountId, key), entry)
    this.head = {
      sequence: entry.sequence,
      timestamp: entry.timestamp,
      transactionCount: this.head.transactionCount + (isCountedTransaction(entry) ? 1 : 0)
    }
  }

  toCommit(): CommitGroup {
    return {
      expectedHead: this.expectedHead,
      entries: this.entries,
      accounts: [...this.accounts.values()],
      transactions: [...this.changed.values()],
      head: this.head
    }
  }
}

/** One text for a key and its scope; account ids contain no spaces. */
export function keyText(accountId: string, idempotencyKey: string): string {
  return `${accountId} ${idempotencyKey}`
}
