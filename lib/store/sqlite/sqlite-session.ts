import type { Entry } from '../../domain/entry.js'
import type { TransactionState } from '../../domain/transaction.js'
import { encodeEntry } from '../codec.js'
import { selectDueHolds } from '../due-holds.js'
import { lastUpTo, pageOf } from '../paging.js'
import type {
  ChainedEntry,
  CommitGroup,
  Head,
  HistoryPage,
  HistoryQuery,
  Loaded,
  StoreSession,
  StoreSnapshot,
  Wanted
} from '../store.js'
import { chainedEntries } from './chained-entries.js'
import { openDatabase, type Database } from './driver.js'
import { Queries } from './queries.js'
import { openSnapshot } from './snapshot.js'
import { Tail } from './tail.js'
import type { WriterClient } from './writer-client.js'

/** How far the tables may fall behind the journal before a step brings them up to it: bounds memory and recovery. */
const STEP = 512
/** How long after the last commit the tables are brought up although no full step has come together. */
const REST_MS = 50

/**
 * An open SQLite ledger, seen from the thread of the processor. Commits go to the writer thread and append to the
 * journal only. The tables follow in steps; what they do not show yet is read from the tails: the one being applied,
 * and the one that grows. Reads use a connection of their own.
 */
export class SqliteSession implements StoreSession {
  readonly head: Head
  readonly #path: string
  readonly #writer: WriterClient
  readonly #database: Database
  readonly #queries: Queries
  #applying: Tail | undefined
  #growing: Tail
  #applied: Promise<void> = Promise.resolve()
  #rest: NodeJS.Timeout | undefined

  constructor(path: string, writer: WriterClient, head: Head) {
    this.#path = path
    this.#writer = writer
    this.head = head
    this.#database = openForReading(path)
    this.#queries = new Queries(this.#database)
    this.#growing = new Tail(head.sequence)
  }

  load(wanted: Wanted): Promise<Loaded> {
    return attempt(() => this.#load(wanted))
  }

  #load(wanted: Wanted): Loaded {
    const [recentAccounts, otherAccounts] = this.#split(wanted.accounts, (tail, id) => tail.account(id))
    const [recentKeys, otherKeys] = this.#split(wanted.keys, (tail, key) => tail.keyed(key))
    const [recentTransactions, otherTransactions] = this.#split(wanted.transactions, (tail, at) => tail.transaction(at))
    return {
      accounts: [...recentAccounts, ...this.#queries.accounts(otherAccounts)],
      keyed: [...recentKeys, ...this.#queries.keyed(otherKeys)],
      transactions: [
        ...recentTransactions,
        ...this.#queries.transactions(otherTransactions),
        ...(wanted.dueHolds === undefined ? [] : this.#dueHolds(wanted.dueHolds))
      ]
    }
  }

  /** What the tails know, and the names of what they do not. */
  #split<N, V>(names: readonly N[], find: (tail: Tail, name: N) => V | undefined): [V[], N[]] {
    const found: V[] = []
    const others: N[] = []
    for (const name of names) {
      const value = find(this.#growing, name) ?? (this.#applying && find(this.#applying, name))
      if (value === undefined) others.push(name)
      else found.push(value)
    }
    return [found, others]
  }

  #dueHolds(wanted: NonNullable<Wanted['dueHolds']>): TransactionState[] {
    const stored =
      'limit' in wanted
        ? this.#queries.dueHolds(wanted.dueAt, wanted.limit + this.#endedHolds(() => true))
        : wanted.accounts.flatMap(accountId =>
            this.#queries.dueHoldsOf(accountId, wanted.dueAt, 1 + this.#endedHolds(id => id === accountId))
          )
    const candidates = new Map(stored.map(state => [state.entry.sequence, state]))
    // What the tables do not show yet may have begun, or ended, since.
    for (const tail of [this.#applying, this.#growing]) {
      for (const [sequence, state] of tail?.changes.transactions ?? []) candidates.set(sequence, state)
    }
    return selectDueHolds(candidates.values(), wanted)
  }

  /** How many holds of some accounts the tables may still show as open although they have ended. */
  #endedHolds(isWanted: (accountId: string) => boolean): number {
    let count = 0
    for (const tail of [this.#applying, this.#growing]) {
      for (const { entry, hold } of tail?.changes.transactions.values() ?? []) {
        if (hold !== null && hold.status !== 'open' && isWanted(entry.command.accountId)) count++
      }
    }
    return count
  }

  async commit(group: CommitGroup): Promise<void> {
    const encoded = group.entries.map(encodeEntry)
    await this.#writer.ask({ type: 'commit', group: { expectedHead: group.expectedHead, encoded, head: group.head } })
    this.#growing.add(group)
    this.#followJournal()
  }

  /** Starts the next step for the tables when enough has come together, or when nothing more comes. */
  #followJournal(): void {
    if (this.#growing.entries.length >= STEP) this.#step()
    else if (this.#rest === undefined) this.#rest = setTimeout(() => this.#step(), REST_MS).unref()
    else this.#rest.refresh()
  }

  #step(): void {
    clearTimeout(this.#rest)
    this.#rest = undefined
    if (this.#applying !== undefined || this.#growing.entries.length === 0) return
    const tail = this.#growing
    this.#applying = tail
    this.#growing = new Tail(tail.changes.through)
    this.#applied = this.#writer.ask<void>({ type: 'applyTables', changes: tail.changes.toRows() }).then(
      () => {
        this.#applying = undefined
        if (this.#growing.entries.length > 0) this.#followJournal()
      },
      // The journal has everything; the tables are brought up at the next opening. The writer refuses further commits.
      () => undefined
    )
  }

  async journal(query: { after: number; through: number; limit: number }): Promise<readonly ChainedEntry[]> {
    return attempt(() => chainedEntries(this.#queries, query))
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return attempt(() => {
      const { accountId } = query
      const sequences = accountId === undefined ? this.#following(query) : this.#historyOf(accountId, query)
      const through = sequences.length < query.limit ? query.through : sequences.at(-1)!
      return { transactions: this.#transactionsAt(sequences), through }
    })
  }

  lastChange(accountId: string, through: number): Promise<Entry | undefined> {
    return attempt(() => {
      const recent = lastUpTo(this.#recentHistoryOf(accountId), through)
      const sequence = recent ?? this.#queries.lastChange(accountId, through)
      return sequence === undefined ? undefined : this.#queries.entries([sequence])[0]
    })
  }

  #historyOf(accountId: string, query: HistoryQuery): readonly number[] {
    const tailAfter = (this.#applying ?? this.#growing).after
    const sequences = this.#queries.historyOf(accountId, { ...query, through: Math.min(query.through, tailAfter) })
    return pageOf([...sequences, ...this.#recentHistoryOf(accountId)], query)
  }

  /** What the history table does not show yet. */
  #recentHistoryOf(accountId: string): readonly number[] {
    return [...(this.#applying?.history(accountId) ?? []), ...this.#growing.history(accountId)]
  }

  /** The whole journal is the history of all accounts. */
  #following({ after, through, limit }: HistoryQuery): readonly number[] {
    const last = Math.min(after + limit, through)
    return Array.from({ length: Math.max(last - after, 0) }, (_, index) => after + index + 1)
  }

  #transactionsAt(sequences: readonly number[]): readonly TransactionState[] {
    const [recent, others] = this.#split(sequences, (tail, sequence) => tail.transaction(sequence))
    const states = [...this.#queries.transactions(others), ...recent]
    return states.sort((one, other) => one.entry.sequence - other.entry.sequence)
  }

  sequenceAt(timestamp: number): Promise<number> {
    return attempt(() => this.#queries.sequenceAt(timestamp, this.#growing.changes.through))
  }

  async snapshot(): Promise<StoreSnapshot> {
    await this.#catchUp()
    return openSnapshot(openForReading(this.#path))
  }

  async forgetKeys(query: { recordedBefore: number; limit: number }): Promise<boolean> {
    // What the index does not hold yet cannot be deleted from it.
    await this.#catchUp()
    return this.#writer.ask({ type: 'forgetKeys', query })
  }

  async close(): Promise<void> {
    await this.#catchUp()
    clearTimeout(this.#rest)
    this.#database.close()
    await this.#writer.ask({ type: 'close' })
    this.#writer.release()
  }

  /** Brings the tables up to what is committed now; gives up when the writer has failed. */
  async #catchUp(): Promise<void> {
    const goal = this.#growing.changes.through
    await this.#applied
    while (this.#applying === undefined && this.#growing.after < goal) {
      this.#step()
      await this.#applied
    }
  }
}

function openForReading(path: string): Database {
  const database = openDatabase(path)
  database.exec(
    'PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cache_size = -32768'
  )
  return database
}

/** A synchronous read as a promise, so that a store which answers over a wire looks the same. */
function attempt<T>(read: () => T): Promise<T> {
  try {
    return Promise.resolve(read())
  } catch (error) {
    return Promise.reject(error as Error)
  }
}
