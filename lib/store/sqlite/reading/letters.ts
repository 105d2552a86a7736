import { decodeCommand } from '../../codec.js'
import type { DeadLetterQuery, DeadLetterRecord } from '../../dead-letter.js'
import type { Database } from '../database/driver.js'

/** What a letter is made from. */
export const LETTER = 'id, command, cause_name, cause_message, attempts, first_at, last_at'

interface LetterRow {
  readonly id: string
  readonly command: string
  readonly cause_name: string
  readonly cause_message: string
  readonly attempts: bigint
  readonly first_at: bigint
  readonly last_at: bigint
}

export function findLetters(database: Database, query: DeadLetterQuery): readonly DeadLetterRecord[] {
  const isOne = 'id' in query
  const where = isOne ? 'id = ?' : '(first_at, id) > (?, ?) ORDER BY first_at, id LIMIT ?'
  const statement = database.prepare(`SELECT ${LETTER} FROM dead_letters WHERE ${where}`)
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
