import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { hexOf } from '../../chain.js'
import { BackupFailedError, BackupTargetExistsError, StoreCorruptError } from '../../errors.js'
import type { BackupProgress, BackupReport } from '../../store.js'
import { onlineBackup, openDatabase } from '../database/driver.js'
import type { HeadRow } from '../reading/head-row.js'
import { inOneMoment, openForReading, openLedgerForReading } from '../reading/open-for-reading.js'

/** Pages a step, about 4 MB: between steps the copy can be ended. */
const STEP = 1_000

export interface CopyRequest {
  readonly source: string
  readonly target: string
  /** What it throws ends the copy. */
  readonly onStep: (progress: BackupProgress) => void
}

/**
 * Copies a ledger file, checks the copy, and only then gives it its name. Until then it is called `<target>.<random>.part`,
 * which is all that a crash can leave behind.
 */
export async function copyLedger({ source, target, onStep }: CopyRequest): Promise<BackupReport> {
  if (existsSync(target)) throw new BackupTargetExistsError(target)
  const part = `${target}.${randomBytes(6).toString('hex')}.part`
  try {
    await copyPages(source, part, onStep)
    makeOneFile(part)
    sync(part)
    const { sequence, hash } = checkCopy(part)
    const { size: bytes } = statSync(part)
    onStep({ done: bytes, total: bytes })
    publish(part, target)
    return { path: target, sequence, headHash: hexOf(hash), bytes }
  } catch (cause) {
    throw cause instanceof BackupTargetExistsError ? cause : new BackupFailedError(target, { cause })
  } finally {
    for (const name of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(name, { force: true })
  }
}

/** SQLite starts a copy anew whenever somebody writes, unless the source is read in one transaction throughout. */
async function copyPages(source: string, part: string, onStep: CopyRequest['onStep']): Promise<void> {
  const database = openForReading(source)
  try {
    database.exec('BEGIN')
    database.prepare('SELECT sequence FROM head').get()
    const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() as { page_size: number }
    await onlineBackup()!(database, part, {
      rate: STEP,
      progress: ({ totalPages, remainingPages }) =>
        onStep({ done: (totalPages - remainingPages) * pageSize, total: totalPages * pageSize })
    })
    database.exec('ROLLBACK')
  } finally {
    database.close()
  }
}

/** A copy in WAL mode would need two more files beside it, and a directory to write them in. */
function makeOneFile(part: string): void {
  const database = openDatabase(part)
  try {
    database.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE')
  } finally {
    database.close()
  }
}

/** Whether the copy is a ledger, sound in every page, whose journal has no hole and ends at its head. */
function checkCopy(part: string): Counts {
  const database = openLedgerForReading(part)
  try {
    const { integrity_check: integrity } = database.prepare('PRAGMA integrity_check(1)').get() as {
      readonly integrity_check: string
    }
    const counted = inOneMoment(database, () => database.prepare(COUNTS).get()) as Counts
    const { sequence, entries, first, tables_through: tablesThrough } = counted
    const isWhole = entries === 0 ? sequence === 0 : sequence - first + 1 === entries
    if (integrity === 'ok' && isWhole && tablesThrough <= sequence) return counted
    throw new StoreCorruptError(
      `Expected a sound copy up to entry ${sequence}, got ${entries} entries, tables up to ${tablesThrough}, ` +
        `and an integrity check that says: ${integrity}. Run verify() on the ledger.`
    )
  } finally {
    database.close()
  }
}

/** Where the copy ends, and what it holds. */
interface Counts extends Pick<HeadRow, 'sequence' | 'hash'> {
  readonly entries: number
  readonly first: number
  readonly tables_through: number
}

const COUNTS = `SELECT head.sequence, head.hash, tables_through,
  (SELECT count(*) FROM journal) AS entries, (SELECT min(sequence) FROM journal) AS first FROM head, progress`

/** Gives the copy its name, which then is on disk too. A link, unlike renaming, cannot replace a file. */
function publish(part: string, target: string): void {
  try {
    linkSync(part, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || existsSync(target)) throw new BackupTargetExistsError(target, { cause: error })
    // Some file systems know no links.
    renameSync(part, target)
  }
  try {
    sync(dirname(target))
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}

/** No SQLite connection of this process may be open on a file that is opened in this way: it would lose its locks. */
function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
