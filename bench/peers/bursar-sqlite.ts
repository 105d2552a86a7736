import { join } from 'node:path'
import { sqliteStore } from 'bursar/sqlite'
import { openBursar } from './open-bursar.js'
import type { Peer } from './peer.js'

/** Bursar with the ledger in a SQLite file: the embedded default, durable before the answer. */
export const peer: Peer = {
  open(job) {
    const path = join(job.directory, 'bursar.db')
    return openBursar(job, () => sqliteStore({ path }))
  }
}
