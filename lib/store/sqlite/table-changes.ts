import type { AccountState } from '../../domain/account.js'
import type { Value } from './driver.js'

/** What a stretch of the journal does to the tables that follow it, on its way to the writer. */
export interface TableChanges {
  /** The last entry of the stretch. */
  readonly through: number
  /** Every account that changed, as it stands after the stretch. */
  readonly accounts: readonly AccountState[]
  /** Rows. */
  readonly transactions: readonly Value[][]
  readonly keyHashes: Float64Array
  readonly keySequences: Float64Array
  /** How many of the sequences below belong to each of the accounts. */
  readonly historyLengths: Uint32Array
  readonly historySequences: Float64Array
}
