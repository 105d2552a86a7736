import type { ToldBalance } from './import-file.js'
import { changeOf, type ImportRow } from './row.js'

/** In which order the rows of a file happened, as dates and balances show it. */
export type FileOrder = 'oldest-first' | 'newest-first' | 'mixed' | 'unknown'

interface Edge {
  readonly line: number
  readonly change: bigint
  readonly balanceAfter: bigint | undefined
}

/** What a file shows of one account, in a few values however many rows it has. */
export class AccountFacts {
  rows = 0
  #first: Edge | undefined
  #last: Edge | undefined
  #lastDay: string | undefined
  /** Sum of all changes, and the lowest of the sums from the first row, and from the last one backwards. */
  #sum = 0n
  #lowestForward = 0n
  #lowestBackward = 0n
  readonly #opening: bigint[] = []
  readonly #closing: bigint[] = []

  add(row: ImportRow, evidence: OrderEvidence): void {
    const change = changeOf(row)
    const edge = { line: row.line, change, balanceAfter: row.balanceAfter }
    evidence.days(this.#lastDay, row.day)
    evidence.balances(this.#last, edge)
    this.#first ??= edge
    this.#last = edge
    this.#lastDay = row.day ?? this.#lastDay
    this.#sum += change
    this.#lowestForward = lower(this.#lowestForward, this.#sum)
    // An older row comes before all others, and so moves all that follow.
    this.#lowestBackward = lower(0n, change + this.#lowestBackward)
    this.rows += 1
  }

  told({ at, balance }: ToldBalance): void {
    ;(at === 'opening' ? this.#opening : this.#closing).push(balance)
  }

  /** The balance before the first row to be booked, where the file shows it. */
  opening(order: FileOrder): { readonly balance: bigint; readonly line: number } | undefined {
    const edge = order === 'newest-first' ? this.#last : this.#first
    const told = order === 'newest-first' ? this.#opening.at(-1) : this.#opening[0]
    if (told !== undefined) return { balance: told, line: edge?.line ?? 1 }
    if (edge?.balanceAfter === undefined) return undefined
    return { balance: edge.balanceAfter - edge.change, line: edge.line }
  }

  /** What a statement says of the end, beside its rows. */
  closing(order: FileOrder): bigint | undefined {
    return order === 'newest-first' ? this.#closing[0] : this.#closing.at(-1)
  }

  /** How far the rows take the balance below where it was before them, from 0 downwards. */
  lowest(order: FileOrder): bigint {
    return order === 'newest-first' ? this.#lowestBackward : this.#lowestForward
  }
}

function lower(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

/** Counts what speaks for either order, over all accounts. */
export class OrderEvidence {
  #later = 0
  #earlier = 0
  #forward = 0
  #backward = 0

  days(before: string | undefined, now: string | undefined): void {
    if (before === undefined || now === undefined || before === now) return
    if (now > before) this.#later += 1
    else this.#earlier += 1
  }

  balances(before: Edge | undefined, { balanceAfter, change }: Edge): void {
    if (before?.balanceAfter === undefined || balanceAfter === undefined) return
    const follows = before.balanceAfter + change === balanceAfter
    const precedes = balanceAfter + before.change === before.balanceAfter
    // Rows that fit both ways say nothing.
    if (follows && !precedes) this.#forward += 1
    if (precedes && !follows) this.#backward += 1
  }

  /** Balances that follow from one another show more than dates, which rows of one day share. */
  get order(): FileOrder {
    if (this.#forward > 0 && this.#backward === 0) return 'oldest-first'
    if (this.#backward > 0 && this.#forward === 0) return 'newest-first'
    if (this.#later > 0 && this.#earlier > 0) return 'mixed'
    if (this.#earlier > 0) return 'newest-first'
    if (this.#later > 0) return 'oldest-first'
    return this.#forward > 0 ? 'mixed' : 'unknown'
  }
}
