import { StoreFormatError } from '../../errors.js'
import type { Database } from '../database/driver.js'
import { runsFromTables } from './schema-4.js'

/** 'BURS', in the header of every ledger file. */
const APPLICATION_ID = 0x42555253

/**
 * The steps from an empty file to the current schema; a file of version n needs the steps after n. Steps are only ever
 * added at the end.
 */
export const MIGRATIONS: readonly (string | ((database: Database) => void))[] = [
  `
  -- The end of the journal, and who may write after it.
  CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,              -- raised by every opening; a writer with an older one is fenced
    sequence INTEGER NOT NULL,           -- the last entry
    hash BLOB NOT NULL,                  -- its hash
    timestamp INTEGER NOT NULL,          -- its recorded time, ms since the epoch
    transaction_count INTEGER NOT NULL
  ) STRICT;
  INSERT INTO head VALUES (1, 0, 0, zeroblob(32), 0, 0);

  -- How far the tables below follow the journal.
  CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tables_through INTEGER NOT NULL,
    keys_forgotten_through INTEGER NOT NULL
  ) STRICT;
  INSERT INTO progress VALUES (1, 0, 0);

  -- Append-only. hash = SHA-256(hex(previous hash, lower case) || entry).
  CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    entry TEXT NOT NULL,                 -- JSON
    hash BLOB NOT NULL
  ) STRICT;

  CREATE TABLE accounts (
    account_no INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    posted INTEGER NOT NULL,             -- minor units, as all amounts
    held INTEGER NOT NULL,
    overdraft_limit INTEGER NOT NULL,
    frozen TEXT,                         -- debits, credits, all, or nothing
    closed INTEGER NOT NULL,
    metadata TEXT NOT NULL,              -- JSON
    created_at INTEGER NOT NULL,         -- ms since the epoch
    created_sequence INTEGER NOT NULL,
    hold_deadline INTEGER                -- no open hold ends earlier
  ) STRICT;

  -- Which entries moved or held money of an account.
  CREATE TABLE history (
    account_no INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account_no, sequence)
  ) STRICT, WITHOUT ROWID;

  -- Idempotency keys, by a hash of account and key; the entry itself tells whether it is the one.
  CREATE TABLE keys (
    key_hash INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (key_hash, sequence)
  ) STRICT, WITHOUT ROWID;

  -- How refunded payments and holds stand.
  CREATE TABLE transaction_states (
    sequence INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    refunded TEXT NOT NULL,              -- JSON, minor units as text, leg by leg
    hold_status TEXT,                    -- open, captured, voided, expired
    hold_deadline INTEGER                -- ms since the epoch
  ) STRICT;
  CREATE INDEX open_holds_by_account ON transaction_states (account_id, hold_deadline) WHERE hold_status = 'open';
  CREATE INDEX open_holds_by_deadline ON transaction_states (hold_deadline) WHERE hold_status = 'open';
  `,
  `
  -- Commands that were put aside because they could not be handled; the journal does not know them.
  CREATE TABLE dead_letters (
    id TEXT PRIMARY KEY,                 -- follows from account and idempotency key
    command TEXT NOT NULL,               -- JSON, as in an entry
    cause_name TEXT NOT NULL,
    cause_message TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_at INTEGER NOT NULL,           -- ms since the epoch, as all times
    last_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_letters_by_age ON dead_letters (first_at, id);
  `,
  `
  -- The tables follow the journal in steps, and what is posted may be ahead of progress.tables_through while a step is
  -- being written: then, and only then, moved_through is larger, and posted_before is what counts.
  ALTER TABLE accounts ADD COLUMN posted_before INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE accounts ADD COLUMN moved_through INTEGER NOT NULL DEFAULT 0;
  `,
  runsFromTables,
  `
  -- What the ledger remembers about itself beside the journal.
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  -- What an earlier version has written follows its rules: see lib/store/rules-setting.ts.
  INSERT INTO settings SELECT 'rules', 'earlier' FROM head WHERE sequence > 0;
  `,
  `
  -- What a wrong bit would change unnoticed is there twice, or has a sum.
  ALTER TABLE progress ADD COLUMN again TEXT NOT NULL DEFAULT '';   -- both numbers, with a blank between
  UPDATE progress SET again = printf('%d %d', tables_through, keys_forgotten_through);
  ALTER TABLE chunks ADD COLUMN sum INTEGER;                        -- CRC-32; nothing in chunks from before
  `
]

/** The schema version of a ledger file, 0 for a new one; refuses every other file, and changes nothing. */
export function ledgerVersion(database: Database, path: string): number {
  const { application_id: application } = database.prepare('PRAGMA application_id').get() as { application_id: number }
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  const isNew = application === 0 && version === 0 && tables === 0
  if (!isNew && application !== APPLICATION_ID) {
    throw new StoreFormatError(
      `Expected a Bursar ledger or a new file at ${path}, got another program's SQLite database. Choose another path.`
    )
  }
  if (version > MIGRATIONS.length) {
    throw new StoreFormatError(
      `Expected schema version ${MIGRATIONS.length} or older at ${path}, got ${version}. ` +
        'The file was written by a newer Bursar: upgrade this one.'
    )
  }
  return version
}

/** Brings a ledger file up to the current schema, in one transaction. */
export function migrate(database: Database, version: number): void {
  if (version === MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  takeSteps(database, version, MIGRATIONS.length)
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`)
}

/** Takes the steps from one version of the schema to another. */
export function takeSteps(database: Database, from: number, to: number): void {
  for (const step of MIGRATIONS.slice(from, to)) {
    if (typeof step === 'string') database.exec(step)
    else step(database)
  }
}
