import type { Job } from '../job.js'

/** One way to do the job. A file in this folder exports it as `peer`; trials name it by the file's name. */
export interface Peer {
  /** Sets the accounts up; nothing of it is measured. */
  open(job: Job): Promise<OpenPeer<unknown>>
}

export interface OpenPeer<Answer> {
  /** Makes one payment. What it resolves with is judged outside the peer, so that the measured path stays bare. */
  pay(payment: number): Promise<Answer>
  isApproved(answer: Answer, payment: number): boolean
  /**
   * Stops, and resolves with the books: read back from the disk by a fresh connection where there is a disk,
   * `null` where the peer keeps no books at all. Called once, after the last payment.
   */
  settle(): Promise<Books | null>
}

/** What a peer's ledger says after the last payment. */
export interface Books {
  readonly balances: ReadonlyMap<string, bigint>
  /** Minor units that left the accounts, as recorded at the receiving end. */
  readonly received: bigint
  /** Payments recorded. */
  readonly payments: number
}
