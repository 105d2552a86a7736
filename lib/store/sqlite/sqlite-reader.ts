import { BursarError, invariant } from '../../domain/errors.js'
import { decodeEntry } from '../codec.js'
import type { DeadLetterQuery, StoredDeadLetter } from '../dead-letter.js'
import { StoreCorruptError, StoreUnavailableError } from '../errors.js'
import type {
  BackupOptions,
  BackupReport,
  ChainedEntry,
  Head,
  HistoryPage,
  HistoryQuery,
  Loaded,
  Settings,
  StoreReader,
  StoreSnapshot,
  Wanted
} from '../store.js'
import type { Entry } from '../../domain/entry.js'
import { backUp } from './backup/backup.js'
import { chainedEntries } from './reading/chained-entries.js'
import type { Database } from './database/driver.js'
import { headFromRow, readHead } from './reading/head-row.js'
import { inOneMoment, openLedgerForReading } from './reading/open-for-reading.js'
import { findLetters } from './reading/letters.js'
import { Queries } from './reading/queries.js'
import { TablesView } from './tail/tables-view.js'
import { openSnapshot } from './reading/snapshot.js'
import { TailedReads } from './tail/tailed-reads.js'

/** A moment of the file: its head, and the tables with what the journal has beyond them on top. */
interface Moment {
  readonly head: Head
  readonly view: TablesView
}

/**
 * Reads a ledger file beside whoever writes it: takes no lock, and writes nothing. The writer brings the tables up to
 * the journal in steps and keeps the rest in its memory; here the rest is derived from the journal, as after a crash.
 */
export class SqliteReader implements StoreReader {
  readonly #path: string
  readonly #database: Database
  readonly #queries: Queries
  #latest: Moment | undefined

  constructor(path: string) {
    this.#path = path
    this.#database = openLedgerForReading(path)
    this.#queries = new Queries(this.#database)
  }

  load(wanted: Wanted): Promise<Loaded & { readonly head: Head }> {
    return this.#read((reads, head) => ({ ...reads.load(wanted), head }))
  }

  journal(query: { after: number; through: number; limit: number }): Promise<readonly ChainedEntry[]> {
    return attempt(() => chainedEntries(this.#queries, query))
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.#read(reads => reads.history(query))
  }

  lastChange(accountId: string, through: number): Promise<Entry | undefined> {
    return this.#read(reads => reads.lastChange(accountId, through))
  }

  sequenceAt(timestamp: number): Promise<number> {
    return this.#read(reads => reads.sequenceAt(timestamp))
  }

  deadLetters(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    return attempt(() => findLetters(this.#database, query))
  }

  settings(): Promise<Settings> {
    return attempt(() => this.#queries.settings())
  }

  snapshot(): Promise<StoreSnapshot> {
    return attempt(() => openSnapshot(this.#path))
  }

  backup(path: string, options: BackupOptions): Promise<BackupReport> {
    return backUp(this.#path, path, options)
  }

  async close(): Promise<void> {
    this.#database.close()
  }

  #read<T>(work: (reads: TailedReads, head: Head) => T): Promise<T> {
    return attempt(() =>
      inOneMoment(this.#database, database => {
        const { head, view } = this.#now(database)
        return work(new TailedReads(this.#queries, { applying: undefined, growing: view.tail }), head)
      })
    )
  }

  /** What was derived before is still good, unless the tables have moved on since. */
  #now(database: Database): Moment {
    const head = headFromRow(readHead(database))
    const tablesThrough = this.#queries.tablesThrough()
    const view =
      this.#latest?.view.tail.after === tablesThrough ? this.#latest.view : new TablesView(this.#queries, tablesThrough)
    // A derivation that fails halfway is not to be gone on with.
    this.#latest = undefined
    deriveThrough(head, view, this.#queries)
    return (this.#latest = { head, view })
  }
}

/** How many entries are read at once: bounds memory, since only what they change is kept. */
const PAGE_LENGTH = 1_000

/** Brings a view up to the head of the journal. */
function deriveThrough(head: Head, view: TablesView, queries: Queries): void {
  const { tail } = view
  try {
    invariant(tail.through <= head.sequence, `the tables follow the journal to ${tail.through}, beyond its head`)
    while (tail.through < head.sequence) {
      const page = queries.journal({ after: tail.through, through: head.sequence, limit: PAGE_LENGTH })
      invariant(page.length > 0, `the journal ends at entry ${tail.through}, before its head`)
      const entries = page.map(row => decodeEntry(row.entry))
      const stray = entries.findIndex(({ sequence }, index) => sequence !== tail.through + 1 + index)
      invariant(stray === -1, `entry ${entries[stray]?.sequence} stands behind ${tail.through + stray}`)
      view.apply(entries)
    }
  } catch (cause) {
    throw new StoreCorruptError(
      'Expected the end of the journal to follow from the tables, got a contradiction (see cause). ' +
        'The file was changed or is damaged: restore a backup.',
      { cause }
    )
  }
}

function attempt<T>(read: () => T): Promise<T> {
  try {
    return Promise.resolve(read())
  } catch (error) {
    return Promise.reject(error instanceof BursarError ? error : new StoreUnavailableError({ cause: error }))
  }
}
