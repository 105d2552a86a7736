import type { DeclineCode } from '../../index.js'
import { isExplained, type BalanceDifference, type Comparison } from './balance-check.js'
import type { FileReport } from './check.js'
import { FirstFew, Sum, type BadRow, type Counted } from './counted.js'
import type { ImportRow } from './row.js'

/** A row that a rule of the ledger refused. */
export interface DeclinedRow {
  readonly line: number
  readonly accountId: string
  readonly code: DeclineCode
  readonly message: string
}

/** A balance before the first row that the ledger did not take. */
export interface RefusedOpening {
  readonly accountId: string
  readonly balance: bigint
  readonly reason: string
}

/** Balances compared, and those that are not equal. */
export interface Comparisons extends Counted<BalanceDifference> {
  readonly compared: number
  readonly equal: number
  /** Of those that are not equal: how many differ by the declined rows alone. */
  readonly explained: number
}

/** Rows by what became of them, and their money. */
export interface RowSums {
  readonly deposits: Sum
  readonly payments: Sum
}

/** What an import has done so far, or did. */
export interface ImportReport {
  readonly file: FileReport
  /** Rows that moved money in this run. */
  readonly imported: number
  /** Of these, rows that an earlier run was declined for good: booked under a key derived from theirs. */
  readonly healed: number
  /** Rows whose key had already moved its money in an earlier run. */
  readonly replayed: number
  /** Rows that a rule of the ledger refused in this run. */
  readonly declined: Counted<DeclinedRow> & { readonly byCode: ReadonlyMap<DeclineCode, number> }
  /** Rows that were left out. */
  readonly badRows: Counted<BadRow>
  /** The money of the rows above, to compare with the file's. */
  readonly sums: { readonly imported: RowSums; readonly replayed: RowSums; readonly declined: RowSums }
  readonly accountsCreated: number
  readonly accountsFound: number
  /** Balances before the first row that were booked. */
  readonly openings: Sum
  /** And those that were not: the balances of their accounts differ by them. */
  readonly openingsRefused: Counted<RefusedOpening>
  readonly limitsRaised: number
  /** How far below zero the accounts that are new must be able to go, minor units. */
  readonly overdraftNeeded: bigint
  /** Right after their row. */
  readonly runningBalances: Comparisons
  /** After the last row of each account. */
  readonly finalBalances: Comparisons
  readonly elapsedMs: number
  /** Whether the signal ended the import before the file's end. */
  readonly interrupted: boolean
}

class Declines extends FirstFew<DeclinedRow> {
  readonly byCode = new Map<DeclineCode, number>()
  override add(row: DeclinedRow): void {
    super.add(row)
    this.byCode.set(row.code, (this.byCode.get(row.code) ?? 0) + 1)
  }
}

class ComparisonTally extends FirstFew<BalanceDifference> implements Comparisons {
  compared = 0
  equal = 0
  explained = 0
  note(comparison: Comparison): void {
    this.compared += 1
    if (comparison === 'equal') this.equal += 1
    else if (comparison === 'known') this.explained += 1
    else {
      if (isExplained(comparison)) this.explained += 1
      this.add(comparison)
    }
  }
}

class SumTally implements RowSums {
  readonly deposits = new Sum()
  readonly payments = new Sum()
  add({ kind, amount }: ImportRow): void {
    this[kind === 'deposit' ? 'deposits' : 'payments'].add(amount)
  }
}

/** An `ImportReport` while it is being filled. */
export class ImportTally implements ImportReport {
  readonly file: FileReport
  imported = 0
  healed = 0
  replayed = 0
  readonly declined = new Declines()
  readonly badRows = new FirstFew<BadRow>()
  readonly sums = { imported: new SumTally(), replayed: new SumTally(), declined: new SumTally() }
  accountsCreated = 0
  accountsFound = 0
  readonly openings = new Sum()
  readonly openingsRefused = new FirstFew<RefusedOpening>()
  limitsRaised = 0
  readonly runningBalances = new ComparisonTally()
  readonly finalBalances = new ComparisonTally()
  elapsedMs = 0
  interrupted = false
  readonly overdraftNeeded: bigint

  constructor(file: FileReport, overdraftNeeded: bigint) {
    this.file = file
    this.overdraftNeeded = overdraftNeeded
  }
}
