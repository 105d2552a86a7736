import type { Database } from '../database/driver.js'
import { historyNumber } from '../indexes/history-number.js'
import { RunWriter } from '../indexes/run-writer.js'

const TABLES = `
  -- Indexes of the journal. A run holds the rows of a stretch of it: after < sequence <= through.
  CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                  -- keys: by a hash of account and idempotency key; history: by account
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

  -- What accounts have posted after a stretch of the journal; accounts.posted is behind as long as it stands here.
  CREATE TABLE moved_balances (
    through INTEGER PRIMARY KEY,         -- the last entry of the stretch
    accounts BLOB NOT NULL,              -- the created_sequence of each account that it moved money of, as 64-bit floats
    posted BLOB NOT NULL                 -- minor units, 64-bit integers in the same order, the lowest byte first
  ) STRICT;

  -- A filter over the keys of a large ledger, as the last closing left it: good while the journal ends at that entry.
  CREATE TABLE key_filter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    through INTEGER NOT NULL,            -- the last entry
    after INTEGER NOT NULL,              -- keys up to this entry are not in it
    words BLOB NOT NULL,                 -- 2^23 of 32 bits, the lowest byte first
    hash BLOB NOT NULL                   -- SHA-256(through || ' ' || words)
  ) STRICT;
`

/** Moved balances that a step left behind which did not come to its end. */
const TO_ONE_BALANCE = `
  UPDATE accounts SET posted = posted_before WHERE moved_through > (SELECT tables_through FROM progress);
  ALTER TABLE accounts DROP COLUMN moved_through;
  ALTER TABLE accounts DROP COLUMN posted_before;
  CREATE INDEX accounts_by_age ON accounts (created_sequence);
`

/**
 * A step of the schema: idempotency keys and history in sorted runs, instead of in a table each, and what accounts have
 * posted beside their rows until these are written.
 */
export function runsFromTables(database: Database): void {
  database.exec(TABLES)
  const { through } = database.prepare('SELECT tables_through AS through FROM progress').get() as { through: number }
  adoptKeys(database, through)
  adoptHistory(database, through)
  database.exec(`DROP TABLE keys; DROP TABLE history; ${TO_ONE_BALANCE}`)
}

function adoptKeys(database: Database, through: number): void {
  const sql = 'SELECT key_hash AS number, sequence FROM keys WHERE sequence <= ? ORDER BY key_hash, sequence'
  const rows = database.prepare(sql).iterate(through) as Iterable<{ number: number; sequence: number }>
  new RunWriter(database, 'keys').adopt(rows, count(database, 'keys'), through)
}

/** Two runs, since system accounts are numbered otherwise. */
function adoptHistory(database: Database, through: number): void {
  const writer = new RunWriter(database, 'history')
  const ofCallers = database.prepare(
    `SELECT account_id, created_sequence, sequence FROM history JOIN accounts USING (account_no)
     WHERE sequence <= ? AND account_id NOT GLOB '@*' ORDER BY created_sequence, sequence`
  )
  writer.adopt(numbered(ofCallers.iterate(through)), count(database, 'history'), through)
  const system = database
    .prepare("SELECT account_no, account_id, created_sequence FROM accounts WHERE account_id GLOB '@*'")
    .all() as { account_no: number; account_id: string; created_sequence: number }[]
  const numberOf = (row: (typeof system)[number]) => historyNumber(row.account_id, row.created_sequence)
  const ofOne = database.prepare(
    `SELECT account_id, created_sequence, sequence FROM history JOIN accounts USING (account_no)
     WHERE account_no = ? AND sequence <= ? ORDER BY sequence`
  )
  const rows = system
    .sort((one, other) => numberOf(one) - numberOf(other))
    .flatMap(({ account_no: number }) => [...numbered(ofOne.iterate(number, through))])
  writer.adopt(rows, rows.length, through)
}

function* numbered(rows: Iterable<unknown>): Generator<{ number: number; sequence: number }, void, undefined> {
  for (const row of rows as Iterable<{ account_id: string; created_sequence: number; sequence: number }>) {
    yield { number: historyNumber(row.account_id, row.created_sequence), sequence: row.sequence }
  }
}

function count(database: Database, table: string): number {
  return (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { readonly count: number }).count
}
