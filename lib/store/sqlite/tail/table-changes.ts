import type { AccountState } from '../../../domain/account.js'
import type { Stretch } from '../balances/balance-stretches.js'
import type { Value } from '../database/driver.js'

/**
 * What a stretch of the journal does to the tables that follow it, on its way to the writer: flat arrays where there may
 * be many, because a message of thousands of objects would keep both threads busy for milliseconds.
 */
export interface TableChanges {
  /** The last entry before the stretch. */
  readonly after: number
  /** The last entry of the stretch. */
  readonly through: number
  /** What accounts have posted after the stretch, system accounts excepted. */
  readonly moved: Stretch
  /** Accounts that are new, or changed in more than what is posted, and system accounts, as they stand after it, the oldest first. */
  readonly restated: readonly AccountState[]
  /** Rows. */
  readonly transactions: readonly Value[][]
  readonly keyHashes: Float64Array
  readonly keySequences: Float64Array
  /** For each of the sequences below, what the account is found by that it belongs to. */
  readonly historyNumbers: Float64Array
  readonly historySequences: Float64Array
}
