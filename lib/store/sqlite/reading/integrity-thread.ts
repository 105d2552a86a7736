import { parentPort, workerData } from 'node:worker_threads'
import { integrityOf } from './integrity-check.js'
import { openForReading } from './open-for-reading.js'

/** The thread of one check of the pages of a file: it waits for the disk, so that nobody else does. */

export interface IntegrityJob {
  readonly path: string
  /** The tables to check with their indexes; the whole file without them. */
  readonly tables: readonly string[] | undefined
}

const { path, tables } = workerData as IntegrityJob
const database = openForReading(path)
try {
  parentPort!.postMessage(integrityOf(database, tables))
} finally {
  database.close()
}
