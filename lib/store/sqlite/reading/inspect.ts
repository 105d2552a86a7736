import { statSync } from 'node:fs'
import { shownLifetimes, type KeyLifetimes } from '../../../domain/key-lifetimes.js'
import { lifetimesIn } from '../../lifetimes-setting.js'
import { Queries } from './queries.js'
import { openLedgerForReading, inOneMoment } from './open-for-reading.js'
import type { Database } from '../database/driver.js'
import { countLetters } from './letters.js'

/** A ledger file in numbers. Sizes are bytes. */
export interface LedgerFile {
  readonly schemaVersion: number
  readonly journalMode: string
  readonly entries: number
  readonly transactions: number
  readonly accounts: number
  readonly openHolds: number
  /** Commands that were put aside, and those of them that cannot be read. */
  readonly deadLetters: number
  readonly unreadableLetters: number
  /** Recorded time of the last entry; `null` without one. */
  readonly lastEntryAt: Date | null
  /** Hex hash of the last entry. */
  readonly headHash: string
  /** How often it was opened for writing. */
  readonly epoch: number
  /** Entries that the tables do not show yet. */
  readonly tablesBehind: number
  readonly fileBytes: number
  /** Of the file, what holds nothing. */
  readonly freeBytes: number
  /** The write-ahead log beside the file. */
  readonly logBytes: number
  readonly sqliteVersion: string
  /** How long idempotency keys live, milliseconds; `null` is for ever. */
  readonly keyLifetimes: KeyLifetimes
}

/** Counts what is in a ledger file, at one moment, beside whoever writes it. */
export function inspectLedger(path: string): LedgerFile {
  const database = openLedgerForReading(path)
  try {
    return { ...inOneMoment(database, counts), fileBytes: bytesOf(path), logBytes: bytesOf(`${path}-wal`) }
  } finally {
    database.close()
  }
}

const COUNTS = `SELECT sequence AS entries, timestamp, transaction_count AS transactions, lower(hex(hash)) AS headHash,
  epoch, sequence - tables_through AS tablesBehind, sqlite_version() AS sqliteVersion,
  (SELECT count(*) FROM accounts) AS accounts,
  (SELECT count(*) FROM transaction_states WHERE hold_status = 'open') AS openHolds
  FROM head, progress`

type Counts = Pick<
  LedgerFile,
  'entries' | 'transactions' | 'accounts' | 'openHolds' | 'headHash' | 'epoch' | 'tablesBehind' | 'sqliteVersion'
>

function counts(database: Database): Omit<LedgerFile, 'fileBytes' | 'logBytes'> {
  const { timestamp, ...row } = database.prepare(COUNTS).get() as Counts & { readonly timestamp: number }
  const pragma = (name: string) =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[0] as number
  return {
    ...row,
    ...countLetters(database),
    lastEntryAt: row.entries === 0 ? null : new Date(timestamp),
    schemaVersion: pragma('user_version'),
    journalMode: String(pragma('journal_mode')),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    keyLifetimes: shownLifetimes(lifetimesIn(new Queries(database).settings()))
  }
}

/** Asks for the size only: opening the file with anything but SQLite would drop SQLite's locks. */
function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
