import { invariant } from '../../../domain/errors.js'
import { chainHash, hexOf } from '../../chain.js'
import { decodeEntry } from '../../codec.js'
import { keyOf } from '../../../domain/idempotency.js'
import { NotCommittedError, OutcomeUnknownError, WriterFencedError } from '../../errors.js'
import type { ForgottenKeys, Head, Settings } from '../../store.js'
import { BulkInsert } from '../database/bulk-insert.js'
import { checkTables } from '../reading/check-tables.js'
import { checkTail } from '../reading/check-tail.js'
import type { Database, Statement, Value } from '../database/driver.js'
import { headFromRow } from '../reading/head-row.js'
import type { KeptFilter } from '../reading/key-filter.js'
import { LetterWriter, type LetterChange } from './letter-writer.js'
import { lockWriter } from '../database/lock.js'
import { FileWatch } from '../file/file-watch.js'
import { examineFile } from '../file/examine-file.js'
import { FULL, openLedger, raiseEpoch, recover, type OpenOptions } from './open-for-writing.js'
import type { TableChanges } from '../tail/table-changes.js'
import { TableWriter } from './table-writer.js'
import { isTransientCode } from '../database/transient.js'

/** Pieces of accounts that one transaction writes at closing. */
const SETTLED_AT_ONCE = 64

/** A group on its way to disk. */
export interface JournalCommit {
  readonly expectedHead: number
  /** The texts of the entries, UTF-8, one after the other: a thread takes over one block faster than many strings. */
  readonly bytes: Uint8Array
  /** How many bytes each has. */
  readonly lengths: Uint32Array
  readonly letters: readonly LetterChange[]
  readonly settings: Settings
  readonly head: Head
}

/**
 * All that writes to one ledger file; lives in the writer thread, where waiting for the disk disturbs nobody.
 *
 * open → serving → failed. After the first commit that fails nothing is written any more.
 */
export class Writer {
  readonly #database: Database
  readonly #unlock: () => void
  readonly #epoch: number
  readonly #tables: TableWriter
  readonly #insertEntries: BulkInsert
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #letters: LetterWriter
  readonly #keepSetting: Statement
  readonly #moveHead: Statement
  readonly #files: FileWatch
  #step: Generator<void, void, undefined> | undefined
  #hash: string
  #isFailed = false
  readonly head: Head

  /** The steps stand in the one order that survives every crash; see docs/explanation/durability.md. */
  constructor(path: string, options: OpenOptions = {}) {
    examineFile(path, options.create)
    this.#unlock = lockWriter(path)
    let database: Database | undefined
    try {
      database = this.#database = openLedger(path, options)
      const row = checkTail(database)
      checkTables(database)
      this.#epoch = raiseEpoch(database)
      recover(database, path)
      this.#hash = hexOf(row.hash)
      this.head = headFromRow(row)
      this.#files = new FileWatch(path)
      this.#tables = new TableWriter(database)
      this.#insertEntries = new BulkInsert(database, 'INTO journal', ['sequence', 'entry', 'hash'])
      this.#begin = database.prepare('BEGIN IMMEDIATE')
      this.#commit = database.prepare('COMMIT')
      this.#letters = new LetterWriter(database)
      this.#keepSetting = database.prepare('REPLACE INTO settings (name, value) VALUES (?, ?)')
      this.#moveHead = database.prepare(
        'UPDATE head SET sequence = ?, hash = ?, timestamp = ?, transaction_count = ? WHERE id = 1 AND epoch = ? AND sequence = ?'
      )
    } catch (error) {
      database?.close()
      this.#unlock()
      throw error
    }
  }

  /** Appends a group to the journal and moves the head, durably, or not at all. */
  commit(group: JournalCommit): void {
    try {
      this.#write(group)
    } catch (error) {
      // Where a file is gone, that says more than what SQLite says about it.
      this.#files.look()
      throw error
    }
  }

  #write(group: JournalCommit): void {
    this.#assertWorking()
    this.#beginWriting()
    let hash: string
    try {
      hash = this.#append(group)
    } catch (cause) {
      this.#rollBack(cause)
      throw cause instanceof WriterFencedError
        ? cause
        : new NotCommittedError('Expected the disk to take a commit, got an error (see cause). Nothing was written.', {
            cause
          })
    }
    try {
      this.#commit.run()
    } catch (cause) {
      throw new OutcomeUnknownError({ cause })
    }
    this.#hash = hash
    this.#isFailed = false
  }

  /** Begins to bring the tables up to an entry of the journal; `continueTables` does it. */
  beginTables(changes: TableChanges): void {
    this.#step = this.#tables.apply(changes)
  }

  /** Writes some pieces of what was begun; returns whether that was all. */
  continueTables(pieces: number): boolean {
    let isDone = false
    this.#inTransaction(() => {
      for (let piece = 0; piece < pieces && !isDone; piece++) isDone = this.#step?.next().done !== false
    })
    return isDone
  }

  /** Some pieces of the work that keeps the indexes small; returns whether there is no more of it. */
  tidy(pieces: number): boolean {
    if (!this.#tables.isTidy) {
      this.#inTransaction(() => {
        for (let piece = 0; piece < pieces && !this.#tables.isTidy; piece++) this.#tables.tidy()
      })
    }
    return this.#tables.isTidy
  }

  /** Gives up index rows of expired keys, following the journal; looks at no more than `limit` entries. */
  forgetKeys({ recordedBefore, limit }: { recordedBefore: number; limit: number }): ForgottenKeys {
    const { tables_through: tables, keys_forgotten_through: after } = this.#database
      .prepare('SELECT tables_through, keys_forgotten_through FROM progress')
      .get() as { tables_through: number; keys_forgotten_through: number }
    const rows = this.#database
      .prepare('SELECT entry FROM journal WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?')
      .all(after, tables, limit) as { entry: string }[]
    const entries = rows.map(row => decodeEntry(row.entry))
    const live = entries.findIndex(entry => entry.timestamp >= recordedBefore)
    const expired = live === -1 ? entries : entries.slice(0, live)
    if (expired.length === 0) return { keys: 0, mayHaveMore: false }
    this.#inTransaction(() => this.#tables.forgetKeys(after + expired.length))
    const keys = expired.filter(entry => keyOf(entry) !== undefined).length
    return { keys, mayHaveMore: expired.length === limit }
  }

  /** Keeps the filter over the keys for the next opening. */
  keepFilter({ through, after, words, hash }: KeptFilter): void {
    this.#inTransaction(() =>
      this.#database.prepare('REPLACE INTO key_filter VALUES (1, ?, ?, ?, ?)').run(through, after, words, hash)
    )
  }

  /** Looks after the files while nobody pays. @throws StoreLostError */
  watch(): void {
    this.#assertWorking()
    this.#files.look()
    this.#isFailed = false
  }

  /** @throws StoreLostError */
  close(): void {
    try {
      // Whatever is still written to files that are gone would only spoil what is left.
      this.#files.look()
      if (!this.#isFailed) {
        this.#settleBalances()
        this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)')
      }
    } finally {
      this.#database.close()
      this.#unlock()
    }
  }

  /** So that the accounts of a closed ledger say by themselves what they have, unless somebody else is writing to it now. */
  #settleBalances(): void {
    try {
      let isSettled = this.#tables.settleBalances(0)
      while (!isSettled) this.#inTransaction(() => (isSettled = this.#tables.settleBalances(SETTLED_AT_ONCE)))
    } catch (error) {
      if (!(error instanceof NotCommittedError)) throw error
    }
  }

  #append({ bytes, lengths, letters, settings, expectedHead, head }: JournalCommit): string {
    const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const rows: Value[] = []
    let hash = this.#hash
    let sequence = expectedHead
    let from = 0
    for (const length of lengths) {
      const entry = texts.toString('utf8', from, (from += length))
      hash = chainHash(hash, entry)
      rows.push(++sequence, entry, Buffer.from(hash, 'hex'))
    }
    const at = [head.sequence, Buffer.from(hash, 'hex'), head.timestamp, head.transactionCount]
    if (Number(this.#moveHead.run(...at, this.#epoch, expectedHead).changes) !== 1) throw new WriterFencedError()
    this.#insertEntries.run(rows)
    this.#letters.apply(letters)
    for (const name in settings) this.#keepSetting.run(name, settings[name]!)
    return hash
  }

  /** What could not begin did not happen; where it may begin in a moment, the writer is as good as before. */
  #beginWriting(): void {
    try {
      this.#begin.run()
    } catch (cause) {
      const isTransient = isTransientCode(cause)
      if (isTransient) {
        this.#syncFully()
        this.#isFailed = false
      }
      const message = 'Expected to begin writing, got an error (see cause). Nothing was written.'
      throw new NotCommittedError(message, { cause, isTransient })
    }
  }

  #rollBack(cause: unknown): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch (error) {
      // What cannot be rolled back may have happened.
      throw new OutcomeUnknownError({ cause: new AggregateError([cause, error]) })
    }
  }

  /** A writer counts as failed until its work is done: what throws on the way leaves it so. */
  #assertWorking(): void {
    this.#files.lookNowAndThen()
    if (this.#isFailed)
      throw new NotCommittedError('Expected a working writer, got one that failed before. Reopen the store.')
    this.#isFailed = true
  }

  /**
   * For the tables: they can be rebuilt from the journal, so that they need not wait for the disk, and any failure just
   * stops this writer.
   */
  #inTransaction(work: () => void): void {
    this.#assertWorking()
    this.#database.exec('PRAGMA synchronous = NORMAL')
    this.#beginWriting()
    work()
    this.#commit.run()
    this.#syncFully()
    this.#isFailed = false
  }

  /** What is acknowledged must be on disk: no further commit without full synchronisation in force. */
  #syncFully(): void {
    this.#database.exec('PRAGMA synchronous = FULL')
    const { synchronous } = this.#database.prepare('PRAGMA synchronous').get() as { synchronous: number }
    invariant(synchronous === FULL, `synchronous is ${synchronous} before a commit`)
  }
}
