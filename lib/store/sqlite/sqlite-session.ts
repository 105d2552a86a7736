import { existsSync } from 'node:fs'
import type { Entry } from '../../domain/entry.js'
import type { TransactionState } from '../../domain/transaction.js'
import { encodeEntry } from '../codec.js'
import type { DeadLetterQuery, DeadLetterRecord } from '../dead-letter.js'
import { selectDueHolds } from '../due-holds.js'
import { NotCommittedError } from '../errors.js'
import { lastUpTo, pageOf } from '../paging.js'
import type {
  ChainedEntry,
  CommitGroup,
  ForgottenKeys,
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
import { findLetters, lettersToRows } from './letters.js'
import { Queries } from './queries.js'
import { openSnapshot } from './snapshot.js'
import { PIECE_ROWS } from './table-writer.js'
import { Tail } from './tail.js'
import type { WriterClient } from './writer-client.js'

/**
 * How far the tables may fall behind the journal, in entries and in accounts, before a step brings them up to it. Long
 * steps write fewer pages, since rows that lie together go in together; the limits bound memory, recovery, and the last
 * piece of a step, which writes all accounts at once.
 */
const STEP_ENTRIES = 16_384
const STEP_ACCOUNTS = 2_000
/** What a payment adds to the tables: a key, and a place in the history of two accounts. */
const ROWS_PER_ENTRY = 3
/** A step is written in pieces between the commits; twice as fast as new entries come, so that it ends before the next. */
const PIECES_PER_ENTRY = (2 * ROWS_PER_ENTRY) / PIECE_ROWS
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
  #isClosing = false
  #isClosed = false

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
    const [recentAccounts, otherAccounts] = this.#split(wanted.accounts, (tail, id) => tail.accounts.get(id))
    const [recentKeys, otherKeys] = this.#split(wanted.keys, (tail, key) =>
      this.#queries.keyedAt(key, tail.sequencesUnder(key))
    )
    const [recentTransactions, otherTransactions] = this.#split(wanted.transactions, (tail, at) =>
      tail.transactions.get(at)
    )
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
      for (const [sequence, state] of tail?.transactions ?? []) candidates.set(sequence, state)
    }
    return selectDueHolds(candidates.values(), wanted)
  }

  /** How many holds of some accounts the tables may still show as open although they have ended. */
  #endedHolds(isWanted: (accountId: string) => boolean): number {
    let count = 0
    for (const tail of [this.#applying, this.#growing]) {
      for (const { entry, hold } of tail?.transactions.values() ?? []) {
        if (hold !== null && hold.status !== 'open' && isWanted(entry.command.accountId)) count++
      }
    }
    return count
  }

  async commit(group: CommitGroup): Promise<void> {
    const { expectedHead, head, deadLetters } = group
    const encoded = group.entries.map(encodeEntry)
    const letters = deadLetters === undefined ? [] : lettersToRows(deadLetters)
    await this.#writer.ask({ type: 'commit', group: { expectedHead, encoded, letters, head } })
    this.#growing.add(group)
    this.#followJournal()
  }

  /** Starts the next step for the tables when enough has come together, or when nothing more comes. */
  #followJournal(): void {
    const { length, accounts } = this.#growing
    if (length >= STEP_ENTRIES || accounts.size >= STEP_ACCOUNTS) this.#step()
    else if (this.#rest === undefined) this.#rest = setTimeout(() => this.#step(), REST_MS).unref()
    else this.#rest.refresh()
  }

  #step(): void {
    clearTimeout(this.#rest)
    this.#rest = undefined
    if (this.#applying !== undefined || this.#growing.length === 0) return
    this.#applying = this.#growing
    this.#growing = new Tail(this.#applying.through)
    // The journal has everything; should this fail, the tables are brought up at the next opening. The writer refuses
    // further commits.
    this.#applied = this.#apply(this.#applying).catch(() => undefined)
  }

  async #apply(tail: Tail): Promise<void> {
    await this.#writer.ask({ type: 'beginTables', changes: tail.toChanges() })
    let isDone = false
    let length = 0
    while (!isDone) {
      const pieces = this.#isClosing ? Infinity : 1 + Math.ceil((this.#growing.length - length) * PIECES_PER_ENTRY)
      length = this.#growing.length
      isDone = await this.#continueTables(pieces)
    }
    this.#applying = undefined
    if (this.#growing.length > 0) this.#followJournal()
  }

  /** Some pieces of the step; none of them, after a pause, while another connection is writing to the file. */
  async #continueTables(pieces: number): Promise<boolean> {
    try {
      return await this.#writer.ask({ type: 'continueTables', pieces })
    } catch (error) {
      const isTransient = error instanceof NotCommittedError && error.isTransient
      if (!isTransient || this.#isClosing) throw error
      await new Promise(resolve => setTimeout(resolve, REST_MS))
      return false
    }
  }

  journal(query: { after: number; through: number; limit: number }): Promise<readonly ChainedEntry[]> {
    return attempt(() => {
      if (!this.#isClosed) return chainedEntries(this.#queries, query)
      return readOnce(this.#path, queries => chainedEntries(queries, query))
    })
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
    const [recent, others] = this.#split(sequences, (tail, sequence) => tail.transactions.get(sequence))
    const states = [...this.#queries.transactions(others), ...recent]
    return states.sort((one, other) => one.entry.sequence - other.entry.sequence)
  }

  sequenceAt(timestamp: number): Promise<number> {
    return attempt(() => this.#queries.sequenceAt(timestamp, this.#growing.through))
  }

  async snapshot(): Promise<StoreSnapshot> {
    await this.#catchUp()
    return openSnapshot(openForReading(this.#path))
  }

  async forgetKeys(query: { recordedBefore: number; limit: number }): Promise<ForgottenKeys> {
    // What the index does not hold yet cannot be deleted from it.
    await this.#catchUp()
    return this.#writer.ask({ type: 'forgetKeys', query })
  }

  deadLetters(query: DeadLetterQuery): Promise<readonly DeadLetterRecord[]> {
    return attempt(() => findLetters(this.#database, query))
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#catchUp()
    clearTimeout(this.#rest)
    this.#isClosed = true
    this.#database.close()
    await this.#writer.ask({ type: 'close' })
    this.#writer.release()
  }

  /** Brings the tables up to what is committed now; gives up when the writer has failed. */
  async #catchUp(): Promise<void> {
    const goal = this.#growing.through
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

/** Reads a file that this session has given up already: for a moment, so that it is in nobody's way. */
function readOnce<T>(path: string, read: (queries: Queries) => T): T {
  if (!existsSync(path)) throw new Error(`Expected the ledger at ${path}, got no file. It was moved or deleted.`)
  const database = openForReading(path)
  try {
    return read(new Queries(database))
  } finally {
    database.close()
  }
}

/** A synchronous read as a promise, so that a store which answers over a wire looks the same. */
function attempt<T>(read: () => T): Promise<T> {
  try {
    return Promise.resolve(read())
  } catch (error) {
    return Promise.reject(error as Error)
  }
}
