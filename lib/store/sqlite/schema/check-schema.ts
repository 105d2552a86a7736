import { StoreFormatError } from '../../errors.js'
import { openDatabase, type Database } from '../database/driver.js'
import { takeSteps } from './schema.js'

/** One table, index, view or trigger, as SQLite keeps it. */
interface SchemaRow {
  readonly type: string
  readonly name: string
  readonly tbl_name: string
  readonly sql: string | null
}

const expected = new Map<number, ReadonlyMap<string, string>>()

/**
 * Refuses a ledger file whose schema is not, word for word, the one that this version makes: a trigger or a view that
 * somebody has put in would run inside every commit. Statistics of `ANALYZE` are left alone.
 */
export function checkSchema(database: Database, version: number, path: string): void {
  if (version === 0) return
  const wanted = expectedSchema(version)
  const found = schemaOf(database)
  const strange = [...found].find(([name, text]) => wanted.get(name) !== text)?.[0]
  const missing = [...wanted.keys()].find(name => !found.has(name))
  if (strange === undefined && missing === undefined) return
  throw new StoreFormatError(
    `Expected exactly the tables and indexes of a Bursar ledger at ${path}, got ` +
      (strange === undefined ? `none called ${missing}` : `another ${JSON.stringify(strange)}`) +
      '. The file was changed by another program: restore a backup, or undo that change, and keep reports elsewhere.'
  )
}

function expectedSchema(version: number): ReadonlyMap<string, string> {
  const known = expected.get(version)
  if (known !== undefined) return known
  const database = openDatabase(':memory:')
  try {
    takeSteps(database, 0, version)
    const schema = schemaOf(database)
    expected.set(version, schema)
    return schema
  } finally {
    database.close()
  }
}

/** By kind and name. */
function schemaOf(database: Database): ReadonlyMap<string, string> {
  const rows = database
    .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat[0-9]'")
    .all() as SchemaRow[]
  return new Map(rows.map(({ type, name, tbl_name: table, sql }) => [`${type} ${name}`, `${table} ${sql}`]))
}
