import { decodeCommand, encodeCommand } from '../codec.js'
import type { DeadLetterChange, DeadLetterQuery, DeadLetterRecord } from '../dead-letter.js'
import type { Database, Statement, Value } from './driver.js'

/** A change on its way to the writer thread: the row of a letter to keep, or the id of one to remove. */
export type LetterChange = readonly Value[] | string

const COLUMNS = 'id, command, cause_name, cause_message, attempts, first_at, last_at'

interface LetterRow {
  readonly id: string
  readonly command: string
  readonly cause_name: string
  readonly cause_message: string
  readonly attempts: bigint
  readonly first_at: bigint
  readonly last_at: bigint
}

export function lettersToRows(changes: readonly DeadLetterChange[]): readonly LetterChange[] {
  return changes.map(change => {
    if ('removed' in change) return change.removed
    const { id, command, cause, attempts, firstAt, lastAt } = change.kept
    return [id, encodeCommand(command), cause.name, cause.message, attempts, firstAt, lastAt]
  })
}

/** Writes letters in the transaction of the group that they belong to. */
export class LetterWriter {
  readonly #keep: Statement
  readonly #remove: Statement

  constructor(database: Database) {
    this.#keep = database.prepare(
      `INSERT INTO dead_letters (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
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

export function findLetters(database: Database, query: DeadLetterQuery): readonly DeadLetterRecord[] {
  const isOne = 'id' in query
  const where = isOne ? 'id = ?' : '(first_at, id) > (?, ?) ORDER BY first_at, id LIMIT ?'
  const statement = database.prepare(`SELECT ${COLUMNS} FROM dead_letters WHERE ${where}`)
  statement.setReadBigInts(true)
  const values = isOne ? [query.id] : [query.after?.firstAt ?? -1, query.after?.id ?? '', query.limit]
  return (statement.all(...values) as LetterRow[]).map(row => ({
    id: row.id,
    command: decodeCommand(row.command),
    cause: { name: row.cause_name, message: row.cause_message },
    attempts: Number(row.attempts),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at)
  }))
}
