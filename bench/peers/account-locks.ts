import { MapLedger } from './map-ledger.js'
import { Mutex } from './mutex.js'
import type { OpenPeer, Peer } from './peer.js'

/** A lock per account around a ledger in memory: payments of different accounts do not wait for each other. */
export const peer: Peer = {
  async open(job): Promise<OpenPeer<boolean>> {
    const ledger = new MapLedger(job)
    const locks = new Map<string, Mutex>()
    return {
      pay(payment) {
        const accountId = job.accountOf(payment)
        let lock = locks.get(accountId)
        if (lock === undefined) locks.set(accountId, (lock = new Mutex()))
        return lock.run(() => ledger.pay(accountId, job.keyOf(payment)))
      },
      isApproved: answer => answer,
      settle: async () => ledger.books()
    }
  }
}
