import { pathToFileURL } from 'node:url'
import { openDatabase, type Database } from '../database/driver.js'

/**
 * Reads a database file by itself, as if there were no log beside it. Takes no lock and leaves no trace, whatever file it
 * is. While somebody writes into the file, what is read may be of several moments.
 */
export function readAlone<T>(path: string, read: (database: Database) => T): T {
  const database = openDatabase(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true })
  try {
    return read(database)
  } finally {
    database.close()
  }
}
