import { BursarError } from '../../../domain/errors.js'
import { StoreCorruptError, StoreExistsError, StoreFormatError, StoreNotFoundError } from '../../errors.js'
import { notALedger, type Create } from '../file/examine-file.js'
import { checkSchema } from '../schema/check-schema.js'
import { openDatabase, type Database } from '../database/driver.js'
import { recoverTables } from './recovery.js'
import { ledgerVersion, migrate } from '../schema/schema.js'
import { settleLog } from './settle-log.js'

/** SQLite's number for synchronous=FULL. */
export const FULL = 2

export interface OpenOptions {
  readonly create?: Create
}

/** Opens the file for durable writing and says so only after having read it back. */
export function openLedger(path: string, { create = 'ifMissing' }: OpenOptions): Database {
  let database: Database | undefined
  try {
    database = openDatabase(path)
    database.exec('PRAGMA busy_timeout = 1000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
    const version = ledgerVersion(database, path)
    // Asked again behind the lock: another process may have made it meanwhile, or died while it did.
    if (version === 0 && create === 'never') throw new StoreNotFoundError(path)
    if (version !== 0 && create === 'new') throw new StoreExistsError(path)
    checkSchema(database, version, path)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    migrate(database, version)
    const { journal_mode: mode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
    const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number }
    if (mode !== 'wal' || synchronous !== FULL) {
      throw new StoreFormatError(`Expected WAL and synchronous=FULL at ${path}, got ${mode} and ${synchronous}.`)
    }
    database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 500')
    // What reads the log for damage belongs here: after this it is gone.
    settleLog(database, path)
    return database
  } catch (error) {
    database?.close()
    throw error instanceof BursarError ? error : notALedger(path, error)
  }
}

export function recover(database: Database, path: string): void {
  try {
    recoverTables(database)
  } catch (cause) {
    throw new StoreCorruptError(
      `Expected the tables of ${path} to follow from its journal, got a contradiction (see cause). ` +
        'The file was changed or is damaged: restore a backup.',
      { cause }
    )
  }
}

/**
 * Fences every earlier writer. In a transaction of its own: where a statement that returns a row commits by itself, the
 * drivers do not raise what the commit raises.
 */
export function raiseEpoch(database: Database): number {
  database.exec('BEGIN IMMEDIATE')
  database.exec('UPDATE head SET epoch = epoch + 1')
  const { epoch } = database.prepare('SELECT epoch FROM head').get() as { epoch: number }
  database.exec('COMMIT')
  return epoch
}
