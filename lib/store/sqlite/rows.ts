import type { AccountState, FreezeDirection, Metadata } from '../../domain/account.js'
import type { Entry } from '../../domain/entry.js'
import type { HoldStatus, TransactionState } from '../../domain/transaction.js'
import type { Value } from './driver.js'

/** Between rows and the ledger's records. Integers are read as `bigint`, since amounts do not fit a `number`. */

/** A step that is being written may have moved the money of an account ahead of the tables' place in the journal. */
const POSTED = 'iif(moved_through > (SELECT tables_through FROM progress), posted_before, posted) AS posted'

/** What an account is made from. */
export const ACCOUNT = `account_id, currency, ${POSTED}, held, overdraft_limit, frozen, closed, metadata, created_at, created_sequence, hold_deadline`

export interface AccountRow {
  readonly account_id: string
  readonly currency: string
  readonly posted: bigint
  readonly held: bigint
  readonly overdraft_limit: bigint
  readonly frozen: FreezeDirection | null
  readonly closed: bigint
  readonly metadata: string
  readonly created_at: bigint
  readonly created_sequence: bigint
  readonly hold_deadline: bigint | null
}

export function accountFromRow(row: AccountRow): AccountState {
  return {
    accountId: row.account_id,
    currency: row.currency,
    posted: row.posted,
    held: row.held,
    overdraftLimit: row.overdraft_limit,
    frozen: row.frozen,
    closed: row.closed === 1n,
    metadata: JSON.parse(row.metadata) as Metadata,
    createdAt: Number(row.created_at),
    createdSequence: Number(row.created_sequence),
    holdDeadline: row.hold_deadline === null ? null : Number(row.hold_deadline)
  }
}

export interface TransactionStateRow {
  readonly sequence: bigint
  readonly refunded: string
  readonly hold_status: HoldStatus | null
  readonly hold_deadline: bigint | null
}

export function transactionFromRow(entry: Entry, row: TransactionStateRow | undefined): TransactionState {
  if (row === undefined) return { entry, refunded: [], hold: null }
  return {
    entry,
    refunded: (JSON.parse(row.refunded) as string[]).map(BigInt),
    hold: row.hold_status === null ? null : { status: row.hold_status, deadline: Number(row.hold_deadline) }
  }
}

export function transactionToRow({ entry, refunded, hold }: TransactionState): Value[] {
  return [
    entry.sequence,
    entry.command.accountId,
    JSON.stringify(refunded.map(String)),
    hold?.status ?? null,
    hold?.deadline ?? null
  ]
}
