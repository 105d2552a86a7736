import type { AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import type { TransactionState } from '../domain/transaction.js'
import type { DeadLetterChange, DeadLetterQuery, StoredDeadLetter } from './dead-letter.js'

/**
 * Where a ledger is kept. One writer at a time: `open` takes the writer's lock, recovers, and raises the fencing epoch.
 *
 * Raises `StoreLockedError`, `StoreFormatError`, `StoreCorruptError`.
 */
export interface Store {
  open(): Promise<StoreSession>
  /** Opens it only to be read, beside the writer, without a lock. Raises `StoreFormatError`, `StoreCorruptError`. */
  openReader?(): Promise<StoreReader>
}

/** The end of the journal. */
export interface Head {
  /** The last committed entry; 0 when there is none. */
  readonly sequence: number
  /** Recorded time of that entry, milliseconds; 0 when there is none. */
  readonly timestamp: number
  /** Successful payments, refunds, deposits, transfers, multi-leg transactions and captures so far. */
  readonly transactionCount: number
}

/** What a ledger remembers about itself beside its journal: a few texts by name. */
export type Settings = Readonly<Record<string, string>>

/** What a run of commands touches; loaded at once. */
export interface Wanted {
  readonly accounts: readonly string[]
  readonly keys: readonly KeyName[]
  /** Transactions, by the sequence that their id carries. */
  readonly transactions: readonly number[]
  /**
   * Open holds, the earliest deadline first. With accounts: all of theirs that are due at `dueAt`, and of each account
   * the next one after. Without: those due of the whole ledger, at most `limit`.
   */
  readonly dueHolds?:
    | { readonly accounts: readonly string[]; readonly dueAt: number }
    | { readonly limit: number; readonly dueAt: number }
}

export interface KeyName {
  readonly accountId: string
  readonly idempotencyKey: string
}

/** A key, and the entry that is recorded under it. */
export interface RecordedKey extends KeyName {
  readonly sequence: number
}

/** What exists of what was wanted. */
export interface Loaded {
  readonly accounts: readonly AccountState[]
  /** The latest entry under each wanted key that has one. */
  readonly keyed: readonly Entry[]
  readonly transactions: readonly TransactionState[]
}

/** The effects of a run of commands, made durable together. */
export interface CommitGroup {
  /** The head that this group was decided on; any other head means that the writer is fenced. */
  readonly expectedHead: number
  /** Numbered from `expectedHead + 1` without holes; none when only dead letters or settings change. */
  readonly entries: readonly Entry[]
  /** Every account that changed, as it stands after the group. */
  readonly accounts: readonly AccountState[]
  /** Every earlier transaction that changed, and every new hold, as it stands after the group. */
  readonly transactions: readonly TransactionState[]
  /** Applied in this order. */
  readonly deadLetters?: readonly DeadLetterChange[]
  /** The settings that change, with their new values; the others stay. */
  readonly settings?: Settings
  readonly head: Head
}

/** An entry with its place in the hash chain: `hash = SHA-256(previousHash + encoded)`, both hex text, UTF-8. */
export interface ChainedEntry {
  readonly entry: Entry
  readonly encoded: string
  readonly previousHash: string
  readonly hash: string
}

/** An entry as it stands in the store, not read yet: whether it can be is for a verification to say. */
export type StoredEntry = Pick<ChainedEntry, 'encoded' | 'previousHash' | 'hash'>

/** Which transactions of the ledger or of one account, newest last. */
export interface HistoryQuery {
  readonly accountId?: string
  /** Only entries with a larger sequence. */
  readonly after: number
  /** Only entries with this sequence or a smaller one. */
  readonly through: number
  readonly limit: number
}

export interface HistoryPage {
  readonly transactions: readonly TransactionState[]
  /** Where to continue: everything up to this sequence was looked at. */
  readonly through: number
}

/**
 * An open store. Everything that `commit` confirmed is seen by every later `load` and read.
 *
 * `load`, `journal`, `history`, `deadLetters`, `settings` and `snapshot` raise `StoreUnavailableError`.
 */
export interface StoreSession {
  /** The head at opening. */
  readonly head: Head
  load(wanted: Wanted): Promise<Loaded>
  /**
   * Told of each entry as soon as it is decided, so that the work for its commit can begin. It may not come to a commit, or
   * come to another one: what is committed is what `commit` is given.
   */
  prepare?(entry: Entry): void
  /**
   * Makes a group durable; resolves only then. Called again only after the previous call has settled.
   * Raises `NotCommittedError` (certainly nothing happened), `OutcomeUnknownError` (it may have), `WriterFencedError`,
   * `StoreLostError` (nothing happened now, and what was confirmed just before may be lost).
   */
  commit(group: CommitGroup): Promise<void>
  /** Entries after a sequence, in order, at most `limit`. Answers after `close` too, for who has not come to the end. */
  journal(query: {
    readonly after: number
    readonly through: number
    readonly limit: number
  }): Promise<readonly ChainedEntry[]>
  /** Transactions in order, found among the next `limit` entries that belong to the query. */
  history(query: HistoryQuery): Promise<HistoryPage>
  /** The last entry up to a sequence that changed an account. */
  lastChange(accountId: string, through: number): Promise<Entry | undefined>
  /** The first entry recorded at or after a time, as a sequence; `head + 1` when there is none. */
  sequenceAt(timestamp: number): Promise<number>
  /** A consistent picture of everything committed, for verification beside the running writer. */
  snapshot(): Promise<StoreSnapshot>
  /**
   * Forgets the index rows of keys whose entry was recorded before a time; looks at no more than `limit` entries.
   * Resolves with how many keys went, and with whether more may be waiting.
   */
  forgetKeys(query: { readonly recordedBefore: number; readonly limit: number }): Promise<ForgottenKeys>
  deadLetters(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]>
  settings(): Promise<Settings>
  /**
   * Copies what is committed to a file that does not exist yet, beside the running writer.
   * Raises `BackupTargetExistsError`, `BackupFailedError`, `StoreUnsupportedError`, `StoreFormatError`.
   */
  backup?(path: string, options: BackupOptions): Promise<BackupReport>
  /** Says once when the store is lost although no call has met it, as when its file is gone: `StoreLostError`. */
  onLost?(listener: (error: Error) => void): void
  /** Releases the lock, whatever happens. Never called during a commit. Raises `StoreLostError`. */
  close(): Promise<void>
}

/** A store opened to be read. Every answer is of one moment, the last commit before the call. */
export interface StoreReader extends Pick<
  StoreSession,
  'journal' | 'history' | 'lastChange' | 'sequenceAt' | 'snapshot' | 'deadLetters' | 'settings' | 'backup' | 'close'
> {
  load(wanted: Wanted): Promise<Loaded & { readonly head: Head }>
}

export interface BackupOptions {
  /** Aborting it ends the backup; nothing is left behind. */
  readonly signal?: AbortSignal
  /** Called while the copy grows; what it throws or rejects with becomes a process warning. */
  readonly onProgress?: (progress: BackupProgress) => unknown
}

/** Bytes copied so far, and in all. When all are copied the copy is checked, which takes about as long again. */
export interface BackupProgress {
  readonly done: number
  readonly total: number
}

/** A copy that is on disk, checked, and complete up to an entry of the journal. */
export interface BackupReport {
  readonly path: string
  /** The last entry that the copy holds. */
  readonly sequence: number
  /** Hex hash of that entry. */
  readonly headHash: string
  readonly bytes: number
}

export interface ForgottenKeys {
  readonly keys: number
  readonly mayHaveMore: boolean
}

export interface StoreSnapshot {
  readonly head: Head & { readonly hash: string }
  /** The derived tables of this snapshot reflect the journal up to here. */
  readonly tablesThrough: number
  journal(query: { readonly after: number; readonly limit: number }): Promise<readonly ChainedEntry[]>
  /** The same entries, also those that nobody can read any more. */
  texts(query: { readonly after: number; readonly limit: number }): Promise<readonly StoredEntry[]>
  /** Accounts in the order of their ids. */
  accounts(query: { readonly after: string; readonly limit: number }): Promise<readonly AccountState[]>
  /** Refunded payments and holds, as they stand, in the order of their sequences. */
  transactions(query: { readonly after: number; readonly limit: number }): Promise<readonly TransactionState[]>
  /** The last entry up to a sequence that changed an account, as far as the tables know. */
  lastChange(accountId: string, through: number): Promise<Entry | undefined>
  /** The last entry under a key before the one that it is recorded by, as far as the tables know and have not forgotten. */
  keyedBefore(key: RecordedKey): Promise<Entry | undefined>
  /** Compares what the store keeps beside its journal with the entries after a sequence. */
  examine(after: number): StoreExamination
  readonly settings: Settings
  /** Keys of entries up to here may be forgotten. */
  readonly keysForgottenThrough: number
  close(): Promise<void>
}

/**
 * Compares what a store has made of its journal, to find things in it and to know how they stand, with the journal. What
 * the accounts and the transactions of the snapshot show by themselves is left to whoever reads them.
 */
export interface StoreExamination {
  /** Takes the next entries, in their order; those that cannot be read are left out. */
  follow(entries: readonly Entry[]): void
  /** After the last entry: what does not follow from them. Throws for nothing that it finds. */
  problems(): AsyncIterable<StoreProblem>
}

/** Something in a store that does not follow from its journal. */
export interface StoreProblem {
  /** The entry that it is about; `null` where it is about none. */
  readonly sequence: number | null
  readonly accountId: string | null
  readonly message: string
}
