import type { Database } from '../database/driver.js'
import { historyNumber } from '../indexes/history-number.js'
import { FAN_IN, type RunKind } from '../indexes/run-writer.js'
import { CHUNK_ROWS, encodeRows } from '../indexes/sorted-rows.js'

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
  adopt(database, 'keys', { rows, count: count(database, 'keys'), through })
}

/** Two runs, since system accounts are numbered otherwise. */
function adoptHistory(database: Database, through: number): void {
  const ofCallers = database.prepare(
    `SELECT account_id, created_sequence, sequence FROM history JOIN accounts USING (account_no)
     WHERE sequence <= ? AND account_id NOT GLOB '@*' ORDER BY created_sequence, sequence`
  )
  adopt(database, 'history', { rows: numbered(ofCallers.iterate(through)), count: count(database, 'history'), through })
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
  adopt(database, 'history', { rows, count: rows.length, through })
}

/** About as many as a run of the first tier has in a busy ledger. */
const TIER_ROWS = 16_384

interface Adopted {
  readonly rows: Iterable<{ readonly number: number; readonly sequence: number }>
  readonly count: number
  readonly through: number
}

/** Writes rows that are in their order already, from the start of the journal, into a run that counts. */
export function adopt(database: Database, kind: RunKind, { rows, count, through }: Adopted): void {
  if (count === 0) return
  // Among runs of its size it is not rewritten with every few small ones.
  const tier = Math.max(0, Math.floor(Math.log(count / TIER_ROWS) / Math.log(FAN_IN)))
  const { run } = database
    .prepare("INSERT INTO runs (kind, tier, after, through, state) VALUES (?, ?, 0, ?, 'live') RETURNING run")
    .get(kind, tier, through) as { readonly run: number }
  const insert = database.prepare('INSERT INTO chunks (run, first_number, first_sequence, rows) VALUES (?, ?, ?, ?)')
  let numbers: number[] = []
  let distances: number[] = []
  const write = () => {
    if (numbers.length === 0) return
    const encoded = encodeRows({ numbers: Float64Array.from(numbers), distances: Uint32Array.from(distances) })
    insert.run(run, numbers[0]!, distances[0]!, encoded)
    numbers = []
    distances = []
  }
  for (const { number, sequence } of rows) {
    numbers.push(number)
    distances.push(sequence)
    if (numbers.length === CHUNK_ROWS) write()
  }
  write()
}

function* numbered(rows: Iterable<unknown>): Generator<{ number: number; sequence: number }, void, undefined> {
  for (const row of rows as Iterable<{ account_id: string; created_sequence: number; sequence: number }>) {
    yield { number: historyNumber(row.account_id, row.created_sequence), sequence: row.sequence }
  }
}

function count(database: Database, table: string): number {
  return (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { readonly count: number }).count
}
