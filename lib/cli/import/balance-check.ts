import { changeOf, type ImportRow } from './row.js'

/** A balance of the ledger that is not what the file says. Amounts are minor units. */
export interface BalanceDifference {
  /** The row after which it shows. */
  readonly line: number
  readonly accountId: string
  readonly ledger: bigint
  readonly file: bigint
  /** What declined rows would have changed. Where it is all of the difference, `ledger + declined` is `file`. */
  readonly declined: bigint
}

/** How a balance compares: equal; apart by what is known already; or apart by more, which is told once. */
export type Comparison = 'equal' | 'known' | BalanceDifference

/** What the file says about one account's balance, row by row. */
export interface BalanceCheck {
  /** Takes note of a row that the ledger executed, now or in an earlier run. */
  executed(row: ImportRow): void
  /** Takes note of a row that the ledger declined. */
  declined(row: ImportRow): void
  /** Compares the balance right after the last row. */
  running(posted: bigint): Comparison
  /** What the file says of the end: its last balance, or what a statement says beside its rows. */
  final(closing: bigint | undefined): { readonly compare: (posted: bigint) => Comparison } | undefined
}

export function balanceCheck(): BalanceCheck {
  let last: ImportRow | undefined
  let declined = 0n
  let known = 0n
  return {
    executed(row) {
      last = row
    },
    declined(row) {
      last = row
      declined += changeOf(row)
    },
    running(posted) {
      if (last?.balanceAfter === undefined || posted === last.balanceAfter) return 'equal'
      const unknown = posted + declined - last.balanceAfter - known
      if (unknown === 0n) return 'known'
      known += unknown
      return differenceOf(last, posted, last.balanceAfter)
    },
    final(closing) {
      const row = last
      const file = closing ?? row?.balanceAfter
      if (row === undefined || file === undefined) return undefined
      return { compare: posted => (posted === file ? 'equal' : differenceOf(row, posted, file)) }
    }
  }

  function differenceOf({ line, accountId }: ImportRow, ledger: bigint, file: bigint): BalanceDifference {
    return { line, accountId, ledger, file, declined }
  }
}

/** Whether declined rows are all of the difference. */
export function isExplained({ ledger, file, declined }: BalanceDifference): boolean {
  return ledger + declined === file
}
