import { existsSync } from 'node:fs'
import type { Entry } from '../../domain/entry.js'
import type { DeadLetterQuery, StoredDeadLetter } from '../dead-letter.js'
import { NotCommittedError, StoreLostError } from '../errors.js'
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
  Settings,
  StoreSession,
  StoreSnapshot,
  Wanted
} from '../store.js'
import { chainedEntries } from './reading/chained-entries.js'
import { backUp } from './backup/backup.js'
import type { Database } from './database/driver.js'
import { WATCH_MS } from './file/file-watch.js'
import { openForReading } from './reading/open-for-reading.js'
import { KeyFilter } from './reading/key-filter.js'
import { findLetters } from './reading/letters.js'
import { lettersToRows } from './writing/letter-writer.js'
import { PreparedEntries } from './writing/prepared-entries.js'
import { Queries } from './reading/queries.js'
import { openSnapshot } from './reading/snapshot.js'
import { Tail } from './tail/tail.js'
import { TailedReads } from './tail/tailed-reads.js'
import type { WriterClient } from './writing/writer-client.js'
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../../timers.js'

/**
 * How far the tables may fall behind the journal before a step brings them up to it: in entries, and in accounts that are
 * new or changed in more than what is posted. Long steps write fewer pages, since rows that lie together go in together;
 * the limits bound memory, recovery, and the last piece of a step, which writes all those accounts at once.
 */
const STEP_ENTRIES = 16_384
const STEP_RESTATED = 2_000
/**
 * A step is written in pieces between the commits, faster than new entries come, so that it ends before the next: a payment
 * needs a row among 330 keys and two among as many of history, and four such chunks are a piece.
 */
const PIECES_PER_ENTRY = 1 / 256
/** From so many entries on, the filter over their keys is kept in the file: its 32 MB are little beside them. */
const FILTER_KEPT_FROM = 2 ** 20
/**
 * Keys and history are put together a few times until they lie in large runs: about ten rows an entry, 330 a piece. Half
 * as much again catches up with what another process left, and leaves the writer to the commits.
 */
const TIDY_PIECES_PER_ENTRY = 1 / 24
const TIDY_PIECES_MIN = 2
/** How long after the last commit the tables are brought up although no full step has come together. */
const REST_MS = 50

const NO_SETTINGS: Settings = {}

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
  readonly #keptThrough: number
  readonly #prepared = new PreparedEntries()
  readonly #reads: TailedReads
  #applied: Promise<void> = Promise.resolve()
  #tidied: Promise<void> | undefined
  #rest: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined
  #isClosing = false
  #isClosed = false

  constructor(path: string, writer: WriterClient, head: Head) {
    this.#path = path
    this.#writer = writer
    this.head = head
    this.#database = openForReading(path)
    try {
      this.#queries = new Queries(this.#database)
      this.#tails = { applying: undefined, growing: new Tail(head.sequence, this.#filter) }
      this.#reads = new TailedReads(this.#queries, this.#tails, this.#filter)
      this.#keptThrough = this.#restoreFilter(head.sequence)
    } catch (error) {
      this.#database.close()
      throw error
    }
    // Without it all is as right as with it, only slower.
    if (!this.#filter.isComplete) this.#filter.fill(this.#queries, () => this.#isClosed).catch(() => undefined)
  }

  /** @returns the last entry that the filter in the file knows of */
  #restoreFilter(through: number): number {
    const kept = this.#queries.keptFilter()
    if (kept === undefined) return 0
    const isRestored = this.#filter.restore(kept, { through, forgottenThrough: this.#queries.keysForgottenThrough() })
    return isRestored ? through : 0
  }

  load(wanted: Wanted): Promise<Loaded> {
    return attempt(() => this.#reads.load(wanted))
  }

  prepare(entry: Entry): void {
    this.#prepared.add(entry)
  }

  async commit(group: CommitGroup): Promise<void> {
    const { expectedHead, head, deadLetters, settings = NO_SETTINGS } = group
    const letters = deadLetters === undefined ? [] : lettersToRows(deadLetters)
    const commit = { expectedHead, ...this.#prepared.take(group.entries), letters, settings, head }
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
    this.#startTidying()
  }

  #startTidying(): void {
    this.#tidied ??= this.#tidy().finally(() => (this.#tidied = undefined))
  }

  /** Keeps the indexes small, in pieces between the commits, at least as fast as new entries come. */
  async #tidy(): Promise<void> {
    let { through } = this.#tails.growing
    let isTidy = false
    while (!isTidy && !this.#isClosing) {
      const pieces = TIDY_PIECES_MIN + Math.ceil((this.#tails.growing.through - through) * TIDY_PIECES_PER_ENTRY)
      through = this.#tails.growing.through
      // Should it fail, the next step tries again, unless the writer refuses everything from now on.
      isTidy = await this.#writer.ask<boolean>({ type: 'tidy', pieces }).catch(() => true)
    }
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
    return openSnapshot(this.#path)
  }

  backup(path: string, options: BackupOptions): Promise<BackupReport> {
    return backUp(this.#path, path, options)
  }

  async forgetKeys(query: { recordedBefore: number; limit: number }): Promise<ForgottenKeys> {
    // What the index does not hold yet cannot be taken from it.
    await this.#catchUp()
    const forgotten = await this.#writer.ask<ForgottenKeys>({ type: 'forgetKeys', query })
    this.#startTidying()
    return forgotten
  }

  deadLetters(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    return attempt(() => findLetters(this.#database, query))
  }

  settings(): Promise<Settings> {
    return attempt(() => this.#queries.settings())
  }

  onLost(listener: (error: Error) => void): void {
    const tell = (error: unknown) => {
      clearInterval(this.#watch)
      if (error instanceof StoreLostError) listener(error)
    }
    this.#watch = setInterval(() => void this.#writer.ask({ type: 'watch' }).catch(tell), WATCH_MS).unref()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#catchUp()
    await this.#tidied
    clearTimeout(this.#rest)
    clearInterval(this.#watch)
    await this.#keepFilter()
    this.#isClosed = true
    this.#database.close()
    await this.#writer.ask({ type: 'close' }).finally(() => this.#writer.release())
  }

  /** Where that saves the next opening a lot. Should it fail, the filter is filled from the tables as before. */
  async #keepFilter(): Promise<void> {
    const { through } = this.#tails.growing
    if (through < FILTER_KEPT_FROM || through === this.#keptThrough || !this.#filter.isComplete) return
    await this.#writer.ask({ type: 'keepFilter', filter: this.#filter.toKeep(through) }).catch(() => undefined)
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
