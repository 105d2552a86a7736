import { StoreLockedError } from '../../errors.js'
import { openDatabase } from './driver.js'

/**
 * Takes the single-writer lock: an exclusive SQLite lock on a file of its own, beside the database. The operating
 * system frees it when the process ends, in whatever way. (The database file itself must never be opened by anything
 * but SQLite in this process: closing any other handle on it would silently drop SQLite's own locks.)
 *
 * @returns releases the lock
 */
export function lockWriter(path: string): () => void {
  const lock = openDatabase(`${path}-lock`)
  try {
    lock.exec('PRAGMA busy_timeout = 0')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new StoreLockedError(path, { cause })
  }
  return () => lock.close()
}
