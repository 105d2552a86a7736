import type { CsvRow } from './csv-row.js'

/** A balance of the ledger that is not what the file says. Amounts are minor units. */
export interface BalanceDifference {
  /** The row after which it shows. */
  readonly line: number
  readonly accountId: string
  readonly expected: bigint
  readonly got: bigint
}

/**
 * What the file says about one account's balance. A declined row never moved, so the ledger stays apart from the file
 * by its amount: later balances are compared net of it.
 */
export interface BalanceCheck {
  /** Takes note of a row that the ledger executed, now or in an earlier run. */
  executed(row: CsvRow): void
  /** Takes note of a row that the ledger declined. */
  declined(row: CsvRow): void
  /** Compares the balance right after the last row; a difference is told once, not again for every later row. */
  running(posted: bigint): BalanceDifference | undefined
  /** Compares the balance after all rows. */
  final(posted: bigint): BalanceDifference | undefined
  /** Whether the file told any balance of this account. */
  readonly hasFinal: boolean
}

export function balanceCheck(): BalanceCheck {
  let last: CsvRow | undefined
  let declined = 0n
  let unexplained = 0n
  return {
    executed(row) {
      last = row
    },
    declined(row) {
      last = row
      declined += row.kind === 'payment' ? row.amount : -row.amount
    },
    running(posted) {
      const difference = compare(posted, unexplained)
      if (difference !== undefined) unexplained += difference.got - difference.expected
      return difference
    },
    final: posted => compare(posted, 0n),
    get hasFinal() {
      return last?.balanceAfter !== undefined
    }
  }

  function compare(got: bigint, tolerated: bigint): BalanceDifference | undefined {
    if (last?.balanceAfter === undefined) return undefined
    const expected = last.balanceAfter + declined + tolerated
    return got === expected ? undefined : { line: last.line, accountId: last.accountId, expected, got }
  }
}
