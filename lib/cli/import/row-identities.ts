import { FirstPlaces } from './first-places.js'
import { contentOf, keysOf, type RowKeys } from './row-keys.js'
import type { ImportRow } from './row.js'

/** What the first reading finds: a row with its own id, an equal one on the same day, or one whose id is taken. */
export type Identity = 'own' | 'alike' | 'taken'

/**
 * Tells the rows of a file apart. The first reading, in the order of the file, decides which row has an id; the second
 * may run the other way and finds the same. Rows without an id of the bank's that say the same are numbered.
 */
export class RowIdentities {
  readonly #first = new FirstPlaces()
  /** How many rows of the same content the second reading has had, for content that the file has more than once. */
  readonly #alike = new Map<string, number>()

  note(row: ImportRow, ordinal: number): Identity {
    const content = nameOf(row)
    if (this.#first.firstPlace(content, ordinal) === ordinal) return 'own'
    if (row.transactionId !== undefined) return 'taken'
    this.#alike.set(content, 0)
    return 'alike'
  }

  /** Only after every row was noted; `undefined` where the id belongs to another row. */
  keysOf(row: ImportRow, ordinal: number): RowKeys | undefined {
    const name = nameOf(row)
    if (row.transactionId !== undefined) {
      return this.#first.firstPlace(name, ordinal) === ordinal ? keysOf(row, '', 1) : undefined
    }
    const before = this.#alike.get(name)
    if (before !== undefined) this.#alike.set(name, before + 1)
    return keysOf(row, name, (before ?? 0) + 1)
  }
}

/** An id is unique within its account; content names the account itself. */
function nameOf(row: ImportRow): string {
  return row.transactionId === undefined ? contentOf(row) : `${row.accountId}\n${row.transactionId}`
}
