import { statSync } from 'node:fs'
import { StoreCorruptError, StoreExistsError, StoreFormatError, StoreNotFoundError } from '../../errors.js'
import { ledgerVersion } from '../schema/schema.js'
import { readAlone } from './read-alone.js'
import { assertOneName } from './real-file.js'

/** When a new ledger is made. */
export type Create = 'ifMissing' | 'never' | 'new'

/** SQLite's number for a file that does not begin as a database does. */
const NOT_A_DATABASE = 26

/**
 * What must be so before a ledger is opened for writing. Changes nothing, and leaves nothing beside the file. (It must never
 * be opened with anything but SQLite in this process: closing any other handle on it would silently drop SQLite's locks.)
 */
export function examineFile(path: string, create: Create = 'ifMissing'): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) {
    throw new StoreFormatError(`Path ${path} is not a file. Choose another path for the ledger.`)
  }
  if (found === undefined || found.size === 0) assertNothingLost(path, found === undefined ? 'missing' : 'empty')
  if (create === 'never' && !found?.size) throw new StoreNotFoundError(path)
  if (create === 'new' && found !== undefined) throw new StoreExistsError(path)
  if (found === undefined) return
  assertOneName(path)
  if (found.size > 0) assertOurs(path)
}

/** SQLite would delete the log. */
function assertNothingLost(path: string, state: 'missing' | 'empty'): void {
  if (!statSync(`${path}-wal`, { throwIfNoEntry: false })?.size) return
  throw new StoreCorruptError(
    `File ${path} is ${state}, but its log ${path}-wal is there: this was a ledger. ` +
      'Put the file back, or move the log away and restore a backup. Nothing was changed.'
  )
}

/** Refuses another program's database before a lock appears beside it. */
function assertOurs(path: string): void {
  try {
    readAlone(path, database => ledgerVersion(database, path))
  } catch (error) {
    if (error instanceof StoreFormatError) throw error
    // Whatever else a file has that was not written to its end: the log may heal it.
    if ((error as { readonly errcode?: unknown }).errcode === NOT_A_DATABASE) throw notALedger(path, error)
  }
}

export function notALedger(path: string, cause: unknown): StoreFormatError {
  return new StoreFormatError(
    `Expected a Bursar ledger or a new file at ${path}, got a file that SQLite cannot open (see cause). Choose another path.`,
    { cause }
  )
}
