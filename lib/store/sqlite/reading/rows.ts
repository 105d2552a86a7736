import { isSystemAccount, type AccountState, type FreezeDirection, type Metadata } from '../../../domain/account.js'
import type { Entry } from '../../../domain/entry.js'
import type { HoldStatus, TransactionState } from '../../../domain/transaction.js'
import type { Value } from '../database/driver.js'
import type { MovedBalances } from '../balances/moved-balances.js'

/** Between rows and the ledger's records. Integers are read as `bigint`, since amounts do not fit a `number`. */

/** What an account is made from. */
export const ACCOUNT = `account_id, currency, posted, held, overdraft_limit, frozen, closed, metadata, created_at, created_sequence, hold_deadline`

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

/** @param moved says what accounts have posted whose rows are behind */
export function accountFromRow(row: AccountRow, moved: MovedBalances): AccountState {
  const createdSequence = Number(row.created_sequence)
  const isBehind = !isSystemAccount(row.account_id)
  return {
    accountId: row.account_id,
    currency: row.currency,
    posted: (isBehind ? moved.get(createdSequence) : undefined) ?? row.posted,
    held: row.held,
    overdraftLimit: row.overdraft_limit,
    frozen: row.frozen,
    closed: row.closed === 1n,
    metadata: JSON.parse(row.metadata) as Metadata,
    createdAt: Number(row.created_at),
    createdSequence,
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
