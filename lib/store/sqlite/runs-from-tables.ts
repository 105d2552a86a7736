import type { Database } from './driver.js'
import { RunWriter, type RunKind } from './run-writer.js'

const TABLES = `
  -- Indexes of the journal. A run holds the rows of a stretch of it: after < sequence <= through.
  CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                  -- keys: by a hash of account and idempotency key; history: by account_no
    tier INTEGER NOT NULL,               -- how often rows have been merged to come into it
    after INTEGER NOT NULL,
    through INTEGER NOT NULL,
    state TEXT NOT NULL                  -- writing, live, dead: only live ones count
  ) STRICT;

  -- The rows of runs, sorted by number and sequence.
  CREATE TABLE chunks (
    chunk INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    first_number INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    rows BLOB NOT NULL                   -- the numbers as 64-bit floats, then sequence - after as 32-bit integers
  ) STRICT;
  CREATE INDEX chunks_by_place ON chunks (run, first_number, first_sequence);

  -- A filter over the keys of a large ledger, as the last closing left it: good while the journal ends at that entry.
  CREATE TABLE key_filter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    through INTEGER NOT NULL,            -- the last entry
    after INTEGER NOT NULL,              -- keys up to this entry are not in it
    words BLOB NOT NULL,                 -- 2^22 of 32 bits, the lowest byte first
    hash BLOB NOT NULL                   -- SHA-256(through || ' ' || words)
  ) STRICT;
`

const OLD: Readonly<Record<RunKind, string>> = { keys: 'key_hash', history: 'account_no' }

/** A step of the schema: idempotency keys and history in sorted runs, instead of in a table each. */
export function runsFromTables(database: Database): void {
  database.exec(TABLES)
  const { through } = database.prepare('SELECT tables_through AS through FROM progress').get() as { through: number }
  for (const [table, column] of Object.entries(OLD) as [RunKind, string][]) {
    const { count } = database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }
    const sql = `SELECT ${column} AS number, sequence FROM ${table} WHERE sequence <= ? ORDER BY ${column}, sequence`
    const rows = database.prepare(sql).iterate(through) as Iterable<{ number: number; sequence: number }>
    if (count > 0) new RunWriter(database, table).adopt(rows, count, through)
    database.exec(`DROP TABLE ${table}`)
  }
}
