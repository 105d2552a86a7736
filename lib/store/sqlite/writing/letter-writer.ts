import { encodeLetter, type DeadLetterChange } from '../../dead-letter.js'
import type { Database, Statement, Value } from '../database/driver.js'
import { LETTER } from '../reading/letters.js'

/** A change on its way to the writer thread: the row of a letter to keep, or the id of one to remove. */
export type LetterChange = readonly Value[] | string

export function lettersToRows(changes: readonly DeadLetterChange[]): readonly LetterChange[] {
  return changes.map(change => {
    if ('removed' in change) return change.removed
    const { id, command, cause, attempts, firstAt, lastAt } = change.kept
    return [id, encodeLetter(command), cause.name, cause.message, attempts, firstAt, lastAt]
  })
}

/** Writes letters in the transaction of the group that they belong to. */
export class LetterWriter {
  readonly #keep: Statement
  readonly #remove: Statement

  constructor(database: Database) {
    this.#keep = database.prepare(
      `INSERT INTO dead_letters (${LETTER}) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET cause_name = excluded.cause_name, cause_message = excluded.cause_message,
         attempts = attempts + excluded.attempts, last_at = excluded.last_at`
    )
    this.#remove = database.prepare('DELETE FROM dead_letters WHERE id = ?')
  }

  apply(changes: readonly LetterChange[]): void {
    for (const change of changes) {
      if (typeof change === 'string') this.#remove.run(change)
      else this.#keep.run(...change)
    }
  }
}
