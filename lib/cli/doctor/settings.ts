import { openDatabase } from '../../store/sqlite/database/driver.js'
import { scratchFile } from './scratch-file.js'
import type { Finding } from './check-up.js'

/** SQLite's number for synchronous=FULL. */
const FULL = 2

/**
 * Whether SQLite can be told to write ahead and to sync every commit here. Settings belong to a connection, so those of
 * the running writer cannot be seen; it reads them back itself before every commit.
 */
export function checkSettings(directory: string): Finding {
  return scratchFile(directory, path => {
    const database = openDatabase(path)
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      const { journal_mode: mode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
      const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number }
      const found = `journal_mode ${mode}, synchronous ${synchronous === FULL ? 'full' : synchronous}`
      if (mode === 'wal' && synchronous === FULL) return { check: 'settings', status: 'ok', found }
      const next = 'The ledger would not open here: use a local file system that can map files into memory.'
      return { check: 'settings', status: 'fail', found, next }
    } finally {
      database.close()
    }
  })
}
