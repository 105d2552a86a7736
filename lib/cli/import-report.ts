import type { DeclineCode } from '../index.js'
import type { BalanceDifference } from './balance-check.js'

/** A line of the file that could not be imported. */
export interface BadLine {
  readonly line: number
  readonly reason: string
}

/** A row that a rule of the ledger refused. */
export interface DeclinedRow {
  readonly line: number
  readonly accountId: string
  readonly code: DeclineCode
  readonly message: string
}

/** How many there were, and the first of them. */
export interface Counted<T> {
  readonly count: number
  readonly first: readonly T[]
}

/** What an import has done so far, or did. */
export interface ImportReport {
  /** Rows that moved money in this run. */
  readonly imported: number
  /** Rows whose key had already moved its money in an earlier run. */
  readonly replayed: number
  /** Rows that a rule of the ledger refused, now or in an earlier run. */
  readonly declined: Counted<DeclinedRow> & { readonly byCode: ReadonlyMap<DeclineCode, number> }
  readonly badLines: Counted<BadLine>
  readonly accountsCreated: number
  readonly accountsFound: number
  /** Balances compared right after their row, and those that differ. */
  readonly runningBalances: { readonly compared: number } & Counted<BalanceDifference>
  /** Accounts whose balance was compared after the last row, and those that differ. */
  readonly finalBalances: { readonly compared: number } & Counted<BalanceDifference>
  /** The lowest balance that the file tells: with an overdraft limit this far below zero, none of it is declined. */
  readonly lowestBalanceTold: bigint | undefined
  readonly elapsedMs: number
  /** Whether the signal ended the import before the file's end. */
  readonly interrupted: boolean
}

/** Examples of the same mistake help nobody after these. */
const FIRST_MAX = 20

class FirstFew<T> implements Counted<T> {
  count = 0
  readonly first: T[] = []
  add(item: T): void {
    this.count += 1
    if (this.first.length < FIRST_MAX) this.first.push(item)
  }
}

class Declines extends FirstFew<DeclinedRow> {
  readonly byCode = new Map<DeclineCode, number>()
  override add(row: DeclinedRow): void {
    super.add(row)
    this.byCode.set(row.code, (this.byCode.get(row.code) ?? 0) + 1)
  }
}

class Comparisons extends FirstFew<BalanceDifference> {
  compared = 0
  compare(difference: BalanceDifference | undefined): void {
    this.compared += 1
    if (difference !== undefined) this.add(difference)
  }
}

/** An `ImportReport` while it is being filled. */
export class ImportTally implements ImportReport {
  imported = 0
  replayed = 0
  readonly declined = new Declines()
  readonly badLines = new FirstFew<BadLine>()
  accountsCreated = 0
  accountsFound = 0
  readonly runningBalances = new Comparisons()
  readonly finalBalances = new Comparisons()
  lowestBalanceTold: bigint | undefined
  elapsedMs = 0
  interrupted = false

  told(balance: bigint): void {
    if (this.lowestBalanceTold === undefined || balance < this.lowestBalanceTold) this.lowestBalanceTold = balance
  }
}
