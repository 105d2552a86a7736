import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** Lends a file of its own beside the ledger, for as long as the work takes. */
export function scratchFile<T>(directory: string, work: (path: string) => T): T {
  const path = join(directory, `.bursar-doctor-${randomBytes(6).toString('hex')}`)
  try {
    return work(path)
  } finally {
    for (const name of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) rmSync(name, { force: true })
  }
}
