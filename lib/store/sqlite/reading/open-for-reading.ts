import { existsSync } from 'node:fs'
import { BursarError } from '../../../domain/errors.js'
import { StoreFormatError, StoreNotFoundError } from '../../errors.js'
import { checkSchema } from '../schema/check-schema.js'
import { checkTables } from './check-tables.js'
import { checkTail } from './check-tail.js'
import { openDatabase, type Database } from '../database/driver.js'
import { assertOneName } from '../file/real-file.js'
import { ledgerVersion, MIGRATIONS } from '../schema/schema.js'

/** A connection that can only read, and never waits for a writer: WAL shows it the last commit before it began. */
export function openForReading(path: string): Database {
  const database = openDatabase(path, { readOnly: true })
  database.exec(
    'PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192'
  )
  return database
}

/**
 * The same for a file that no writer of this process vouches for: checks first that it is a ledger of this version and
 * that its journal ends where its head says.
 */
export function openLedgerForReading(path: string): Database {
  if (!existsSync(path)) throw new StoreNotFoundError(path)
  assertOneName(path)
  let database: Database | undefined
  try {
    database = openForReading(path)
    const version = ledgerVersion(database, path)
    if (version < MIGRATIONS.length) {
      throw new StoreFormatError(
        `Expected schema version ${MIGRATIONS.length} at ${path}, got ${version}. ` +
          'A reader changes nothing: open it once with openPaymentProcessor, which brings it up to date.'
      )
    }
    checkSchema(database, version, path)
    inOneMoment(database, database => {
      checkTail(database)
      checkTables(database)
    })
    return database
  } catch (error) {
    database?.close()
    throw error instanceof BursarError ? error : unreadable(path, error)
  }
}

/** Whether a ledger must be opened for writing once before it can be read: an earlier version has written it. */
export function isOfEarlierVersion(path: string): boolean {
  let database: Database | undefined
  try {
    database = openForReading(path)
    const version = ledgerVersion(database, path)
    return version > 0 && version < MIGRATIONS.length
  } catch (error) {
    throw error instanceof BursarError ? error : unreadable(path, error)
  } finally {
    database?.close()
  }
}

/** Runs several reads on one state of the file. */
export function inOneMoment<T>(database: Database, read: (database: Database) => T): T {
  database.exec('BEGIN')
  try {
    return read(database)
  } finally {
    database.exec('ROLLBACK')
  }
}

function unreadable(path: string, cause: unknown): StoreFormatError {
  return new StoreFormatError(
    `Expected a Bursar ledger that can be read at ${path}, got an error of SQLite (see cause). ` +
      'Beside a ledger in use, SQLite shares the files -wal and -shm: their directory must let this user write, ' +
      'or read a backup instead, which is one file.',
    { cause }
  )
}
