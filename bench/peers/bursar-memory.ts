import { memoryStore } from 'bursar'
import { openBursar } from './open-bursar.js'
import type { Peer } from './peer.js'

/** Bursar with the ledger in memory: what the design costs without a disk. */
export const peer: Peer = {
  open(job) {
    const store = memoryStore()
    return openBursar(job, () => store)
  }
}
