/** How many there were, and the first of them. */
export interface Counted<T> {
  readonly count: number
  readonly first: readonly T[]
}

/** Examples of the same mistake help nobody after these. */
const FIRST_MAX = 20

export class FirstFew<T> implements Counted<T> {
  count = 0
  readonly first: T[] = []
  add(item: T): void {
    this.count += 1
    if (this.first.length < FIRST_MAX) this.first.push(item)
  }
}

/** A line of the file that cannot be imported. */
export interface BadRow {
  readonly line: number
  readonly reason: string
}

/** Rows and their money. */
export class Sum {
  count = 0
  amount = 0n
  add(amount: bigint): void {
    this.count += 1
    this.amount += amount
  }
}
