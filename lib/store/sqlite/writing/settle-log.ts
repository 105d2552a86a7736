import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { StoreUnavailableError } from '../../errors.js'
import { isTransientCode } from '../database/transient.js'
import type { Database } from '../database/driver.js'

/** Bytes that are read and written at once. */
const CHUNK = 1024 * 1024

/**
 * Makes what the write-ahead log holds durable, before anything is served on top of it: a process that died after a failed
 * sync may have left commits there that are in the memory of the operating system only. Nobody was told of them, yet
 * SQLite shows them, and a power cut would take them and everything behind them in the log.
 *
 * A checkpoint moves them into the database file and empties the log. Somebody who is reading from the log keeps it from
 * being emptied; then what is in it is written once more and synced, and goes when the reader has gone. See
 * docs/explanation/durability.md.
 *
 * @throws StoreUnavailableError while another connection is writing
 */
export function settleLog(database: Database, path: string): void {
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
  if (busy === 0) return
  try {
    // Nobody can add to the log meanwhile, or begin it anew.
    database.exec('BEGIN IMMEDIATE')
  } catch (cause) {
    throw isTransientCode(cause) ? new StoreUnavailableError({ cause }) : cause
  }
  try {
    writeAgain(`${path}-wal`)
  } finally {
    database.exec('ROLLBACK')
  }
}

/**
 * After a failed sync the system may count pages as written that are not: only writing them makes the next sync write them.
 * (SQLite's locks are on the database file and on `-shm`: closing this one loses none.)
 */
function writeAgain(log: string): void {
  const file = openSync(log, 'r+')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    let at = 0
    for (let read = readSync(file, chunk, 0, CHUNK, at); read > 0; read = readSync(file, chunk, 0, CHUNK, at)) {
      for (let written = 0; written < read;) {
        written += writeSync(file, chunk, written, read - written, at + written)
      }
      at += read
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
