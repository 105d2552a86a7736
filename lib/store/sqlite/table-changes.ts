import type { AccountState } from '../../domain/account.js'
import type { Value } from './driver.js'

/**
 * What a stretch of the journal does to the tables that follow it, on its way to the writer: flat arrays where there may
 * be many, because a message of thousands of objects would keep both threads busy for milliseconds.
 */
export interface TableChanges {
  /** The last entry before the stretch. */
  readonly after: number
  /** The last entry of the stretch. */
  readonly through: number
  /** The ids of all accounts that changed, separated by spaces, which ids never contain. */
  readonly accountIds: string
  /** What they have posted after the stretch, minor units. */
  readonly posted: BigInt64Array
  /** Those of them that are new, or changed in more than what is posted, as they stand after it, the oldest first. */
  readonly restated: readonly AccountState[]
  /** Rows. */
  readonly transactions: readonly Value[][]
  readonly keyHashes: Float64Array
  readonly keySequences: Float64Array
  /** For each of the sequences below, which of the accounts it belongs to. */
  readonly historyAccounts: Float64Array
  readonly historySequences: Float64Array
}
