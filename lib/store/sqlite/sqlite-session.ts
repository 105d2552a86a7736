import { existsSync } from 'node:fs'
import type { Entry } from '../../domain/entry.js'
import type { DeadLetterQuery, DeadLetterRecord } from '../dead-letter.js'
import { NotCommittedError } from '../errors.js'
import type {
  BackupOptions,
  BackupReport,
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
import { backUp } from './backup.js'
import type { Database } from './driver.js'
import { openForReading } from './open-for-reading.js'
import { KeyFilter } from './key-filter.js'
import { findLetters, lettersToRows } from './letters.js'
import { PreparedEntries } from './prepared-entries.js'
import { Queries } from './queries.js'
import { openSnapshot } from './snapshot.js'
import { PIECE_ROWS } from './table-writer.js'
import { Tail } from './tail.js'
import { TailedReads } from './tailed-reads.js'
import type { WriterClient } from './writer-client.js'

/**
 * How far the tables may fall behind the journal before a step brings them up to it: in entries, and in accounts that are
 * new or changed in more than what is posted. Long steps write fewer pages, since rows that lie together go in together;
 * the limits bound memory, recovery, and the last piece of a step, which writes all those accounts at once.
 */
const STEP_ENTRIES = 16_384
const STEP_RESTATED = 2_000
/** What a payment changes in the tables at most: a key, and for two accounts their number, a place in history, the money. */
const ROWS_PER_ENTRY = 7
/** A step is written in pieces between the commits, as fast as new entries come, so that it ends before the next. */
const PIECES_PER_ENTRY = ROWS_PER_ENTRY / PIECE_ROWS
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
  readonly #tails: { applying: Tail | undefined; growing: Tail }
  readonly #filter = new KeyFilter()
  readonly #prepared = new PreparedEntries()
  readonly #reads: TailedReads
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
    this.#tails = { applying: undefined, growing: new Tail(head.sequence, this.#filter) }
    this.#reads = new TailedReads(this.#queries, this.#tails, this.#filter)
    // Without it all is as right as with it, only slower.
    this.#filter.fill(this.#queries, () => this.#isClosed).catch(() => undefined)
  }

  load(wanted: Wanted): Promise<Loaded> {
    return attempt(() => this.#reads.load(wanted))
  }

  prepare(entry: Entry): void {
    this.#prepared.add(entry)
  }

  async commit(group: CommitGroup): Promise<void> {
    const { expectedHead, head, deadLetters } = group
    const letters = deadLetters === undefined ? [] : lettersToRows(deadLetters)
    const commit = { expectedHead, ...this.#prepared.take(group.entries), letters, head }
    await this.#writer.ask({ type: 'commit', group: commit })
    this.#tails.growing.add(group)
    this.#followJournal()
  }

  /** Starts the next step for the tables when enough has come together, or when nothing more comes. */
  #followJournal(): void {
    const { length, restated } = this.#tails.growing
    if (length >= STEP_ENTRIES || restated >= STEP_RESTATED) this.#step()
    else if (this.#rest === undefined) this.#rest = setTimeout(() => this.#step(), REST_MS).unref()
    else this.#rest.refresh()
  }

  #step(): void {
    clearTimeout(this.#rest)
    this.#rest = undefined
    if (this.#tails.applying !== undefined || this.#tails.growing.length === 0) return
    this.#tails.applying = this.#tails.growing
    this.#tails.growing = new Tail(this.#tails.applying.through, this.#filter)
    // The journal has everything; should this fail, the tables are brought up at the next opening. The writer refuses
    // further commits.
    this.#applied = this.#apply(this.#tails.applying).catch(() => undefined)
  }

  async #apply(tail: Tail): Promise<void> {
    await this.#writer.ask({ type: 'beginTables', changes: tail.toChanges() })
    let isDone = false
    let length = 0
    while (!isDone) {
      const pieces = this.#isClosing
        ? Infinity
        : 1 + Math.ceil((this.#tails.growing.length - length) * PIECES_PER_ENTRY)
      length = this.#tails.growing.length
      isDone = await this.#continueTables(pieces)
    }
    this.#tails.applying = undefined
    if (this.#tails.growing.length > 0) this.#followJournal()
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
    return attempt(() => this.#reads.history(query))
  }

  lastChange(accountId: string, through: number): Promise<Entry | undefined> {
    return attempt(() => this.#reads.lastChange(accountId, through))
  }

  sequenceAt(timestamp: number): Promise<number> {
    return attempt(() => this.#reads.sequenceAt(timestamp))
  }

  async snapshot(): Promise<StoreSnapshot> {
    await this.#catchUp()
    return openSnapshot(openForReading(this.#path))
  }

  backup(path: string, options: BackupOptions): Promise<BackupReport> {
    return backUp(this.#path, path, options)
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
    const goal = this.#tails.growing.through
    await this.#applied
    while (this.#tails.applying === undefined && this.#tails.growing.after < goal) {
      this.#step()
      await this.#applied
    }
  }
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
