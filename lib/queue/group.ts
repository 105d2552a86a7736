import type { AccountState } from '../domain/account.js'
import type { Command } from '../domain/command.js'
import type { Entry } from '../domain/entry.js'
import { lifetimesAfter, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import { isCountedTransaction, unchanged, type TransactionState } from '../domain/transaction.js'
import type { DeadLetterChange } from '../store/dead-letter.js'
import { lifetimesSetting } from '../store/lifetimes-setting.js'
import type { CommitGroup, Head } from '../store/store.js'

/** An answer that waits for its group to become durable. */
export interface Answer {
  /** The command that was decided, where that was to be recorded or replayed. */
  readonly executed?: Command | undefined
  /** The entry that the answer repeats, where it does: what happens to that entry happens to the answer. */
  readonly repeats?: number | undefined
  give(): void
  reject(error: unknown): void
}

/** The effects of consecutive commands that become durable together, and the answers that wait for it. */
export class Group {
  /** The head that the group builds on. */
  readonly base: Head
  readonly baseLifetimes: RecordedLifetimes
  readonly expectedHead: number
  /** The last entry's; of the head that the group builds on, while it is empty. */
  sequence: number
  timestamp: number
  transactionCount: number
  /** How long keys live after its last entry. */
  lifetimes: RecordedLifetimes
  readonly entries: Entry[] = []
  /** As they stand after it, each once. */
  readonly accounts: AccountState[] = []
  readonly answers: Answer[] = []
  /** When it went to the store, by the monotonic clock, while somebody listens to `group:committed`; 0 otherwise. */
  sentAt = 0
  readonly deadLetters: DeadLetterChange[] = []
  /** The settings that change with it; made when the first does. */
  settings: Record<string, string> | undefined
  /** Earlier transactions that changed, and new holds, by sequence. */
  readonly #changed = new Map<number, TransactionState>()

  constructor(head: Head, lifetimes: RecordedLifetimes) {
    this.base = { sequence: head.sequence, timestamp: head.timestamp, transactionCount: head.transactionCount }
    this.baseLifetimes = lifetimes
    this.expectedHead = head.sequence
    this.sequence = head.sequence
    this.timestamp = head.timestamp
    this.transactionCount = head.transactionCount
    this.lifetimes = lifetimes
  }

  /** Whether there is nothing in it that has to become durable. */
  get isEmpty(): boolean {
    return this.entries.length === 0 && this.deadLetters.length === 0 && this.settings === undefined
  }

  holds(sequence: number): boolean {
    return sequence > this.expectedHead && sequence <= this.sequence
  }

  /** Takes an entry in, whose accounts are in it already. */
  add(entry: Entry, transactions: readonly TransactionState[]): void {
    this.entries.push(entry)
    for (const state of transactions) this.#changed.set(state.entry.sequence, state)
    this.sequence = entry.sequence
    this.timestamp = entry.timestamp
    if (isCountedTransaction(entry)) this.transactionCount++
    this.lifetimes = lifetimesAfter(entry, this.lifetimes)
    // In the group of its entry, so that the two can never disagree.
    if (entry.lifetimes !== undefined) this.settings = { ...this.settings, ...lifetimesSetting(entry.lifetimes) }
  }

  /** How a transaction stands that this group changed or began. */
  transaction(sequence: number): TransactionState | undefined {
    const changed = this.#changed.get(sequence)
    if (changed !== undefined) return changed
    const entry = this.entries[sequence - this.expectedHead - 1]
    return entry === undefined ? undefined : unchanged(entry)
  }

  changedTransactions(): Iterable<TransactionState> {
    return this.#changed.values()
  }

  toCommit(): CommitGroup {
    const { expectedHead, entries, accounts, sequence, timestamp, transactionCount } = this
    return {
      expectedHead,
      entries,
      accounts,
      transactions: [...this.#changed.values()],
      ...(this.deadLetters.length > 0 && { deadLetters: this.deadLetters }),
      ...(this.settings !== undefined && { settings: this.settings }),
      head: { sequence, timestamp, transactionCount }
    }
  }
}
