import { commandOf, type DeadLetterQuery, type StoredDeadLetter } from '../../dead-letter.js'
import type { Database } from '../database/driver.js'

/** What a letter is made from. */
export const LETTER = 'id, command, cause_name, cause_message, attempts, first_at, last_at'

interface LetterRow {
  readonly position: bigint
  readonly id: string
  readonly command: string
  readonly cause_name: string
  readonly cause_message: string
  readonly attempts: bigint
  readonly first_at: bigint
  readonly last_at: bigint
}

/** Letters have their place by the number that SQLite gives every row as it comes in; updating a row leaves it. */
export function findLetters(database: Database, query: DeadLetterQuery): readonly StoredDeadLetter[] {
  const isOne = 'id' in query
  const where = isOne ? 'id = ?' : 'rowid > ? ORDER BY rowid LIMIT ?'
  const statement = database.prepare(`SELECT rowid AS position, ${LETTER} FROM dead_letters WHERE ${where}`)
  statement.setReadBigInts(true)
  const values = isOne ? [query.id] : [query.after?.position ?? 0, query.limit]
  return (statement.all(...values) as LetterRow[]).map(row => ({
    position: Number(row.position),
    id: row.id,
    command: commandOf(row.command),
    text: row.command,
    cause: { name: row.cause_name, message: row.cause_message },
    attempts: Number(row.attempts),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at)
  }))
}

const PAGE_LENGTH = 1_000

/** How many letters there are, and how many of them cannot be read. */
export function countLetters(database: Database): { readonly deadLetters: number; readonly unreadableLetters: number } {
  let deadLetters = 0
  let unreadableLetters = 0
  for (let page = findLetters(database, { limit: PAGE_LENGTH }); page.length > 0;) {
    deadLetters += page.length
    unreadableLetters += page.filter(({ command }) => command === null).length
    page = findLetters(database, { after: page.at(-1)!, limit: PAGE_LENGTH })
  }
  return { deadLetters, unreadableLetters }
}
