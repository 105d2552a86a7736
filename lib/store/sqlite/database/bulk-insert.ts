import type { Database, Statement, Value } from './driver.js'

/** How many rows go in with one statement: calling SQLite costs as much as the insert itself. */
const ROWS = 32

/** Inserts rows of one table, many at a time. */
export class BulkInsert {
  readonly #many: Statement
  readonly #one: Statement
  readonly #width: number

  /** @param into what stands after INSERT, such as `INTO journal` */
  constructor(database: Database, into: string, columns: readonly string[]) {
    const row = `(${columns.map(() => '?').join(', ')})`
    const insert = `INSERT ${into} (${columns.join(', ')}) VALUES `
    this.#many = database.prepare(insert + Array.from({ length: ROWS }, () => row).join(', '))
    this.#one = database.prepare(insert + row)
    this.#width = columns.length
  }

  /** @param values the rows' values, one row after the other */
  run(values: readonly Value[]): void {
    const step = ROWS * this.#width
    let from = 0
    for (; from + step <= values.length; from += step) this.#many.run(...values.slice(from, from + step))
    for (; from < values.length; from += this.#width) this.#one.run(...values.slice(from, from + this.#width))
  }
}
