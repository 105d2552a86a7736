import { join } from 'node:path'
import { expect } from 'chai'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import { isNoticed, soundLedger, type SoundLedger } from '../support/damaged-ledger.js'
import { temporaryDirectory } from '../support/stores.js'

const AGAIN = "again = printf('%d %d', tables_through, keys_forgotten_through)"
/** In how many runs the rows lie depends on the pace of the machine: the fullest chunk has enough of them. */
const FULLEST = (column: string, kind: string) =>
  `(SELECT ${column} FROM chunks JOIN runs USING (run) WHERE kind = '${kind}' AND state = 'live' ORDER BY length(rows) DESC LIMIT 1)`
const LIVE = (kind: string) => FULLEST('run', kind)
const CHUNK = (kind: string) => FULLEST('chunk', kind)
const HEAD = '(SELECT sequence FROM head)'
/** One row of a chunk, the first eight bytes of which are a number. */
const OTHER_NUMBER = "CAST(unhex('0000000000003040') || substr(rows, 9) AS BLOB)"

/** What somebody changes beside the journal, by itself or with everything that would cover it up. */
const CHANGES: readonly (readonly [what: string, sql: string])[] = [
  ['tables that are said to have come to nothing', 'UPDATE progress SET tables_through = 0'],
  ['tables that are said to be one entry behind', 'UPDATE progress SET tables_through = tables_through - 1'],
  ['tables that are said to be ahead', 'UPDATE progress SET tables_through = tables_through + 1000'],
  ['one bit of the tables’ progress', 'UPDATE progress SET tables_through = tables_through & ~32'],
  ['a key that is said to be forgotten', 'UPDATE progress SET keys_forgotten_through = 40'],
  ['all keys said to be forgotten', 'UPDATE progress SET keys_forgotten_through = tables_through'],
  [
    'all keys said to be forgotten, twice',
    `UPDATE progress SET keys_forgotten_through = tables_through; UPDATE progress SET ${AGAIN}`
  ],
  [
    'some keys said to be forgotten, twice',
    `UPDATE progress SET keys_forgotten_through = 60; UPDATE progress SET ${AGAIN}`
  ],
  ['progress that is missing', 'DELETE FROM progress'],
  ['the copy of the progress', "UPDATE progress SET again = '0 0'"],

  ['an index of keys that is gone', "DELETE FROM runs WHERE kind = 'keys'"],
  ['an index of history that is gone', "DELETE FROM runs WHERE kind = 'history'"],
  ['rows of keys that are gone', `DELETE FROM chunks WHERE chunk = ${CHUNK('keys')}`],
  ['rows of history that are gone', `DELETE FROM chunks WHERE chunk = ${CHUNK('history')}`],
  ['a run of keys that is said to be dead', `UPDATE runs SET state = 'dead' WHERE run = ${LIVE('keys')}`],
  ['a run of history that is said to be dead', `UPDATE runs SET state = 'dead' WHERE run = ${LIVE('history')}`],
  ['a run in a state that does not exist', `UPDATE runs SET state = 'lost' WHERE run = ${LIVE('keys')}`],
  ['a run of another kind', `UPDATE runs SET kind = 'history' WHERE run = ${LIVE('keys')}`],
  ['a run that begins later', `UPDATE runs SET after = after + 1 WHERE run = ${LIVE('keys')}`],
  ['a run of history that begins later', `UPDATE runs SET after = after + 1 WHERE run = ${LIVE('history')}`],
  ['a run that ends earlier', `UPDATE runs SET through = through - 40 WHERE run = ${LIVE('keys')}`],
  ['a run that ends beyond the tables', `UPDATE runs SET through = through + 400 WHERE run = ${LIVE('history')}`],
  ['rows of keys that are zero', `UPDATE chunks SET rows = zeroblob(length(rows)) WHERE chunk = ${CHUNK('keys')}`],
  [
    'rows of keys that are zero, without a sum',
    `UPDATE chunks SET rows = zeroblob(length(rows)), sum = NULL WHERE chunk = ${CHUNK('keys')}`
  ],
  ['one key of the index', `UPDATE chunks SET rows = ${OTHER_NUMBER} WHERE chunk = ${CHUNK('keys')}`],
  [
    'one key of the index, without a sum',
    `UPDATE chunks SET rows = ${OTHER_NUMBER}, sum = NULL WHERE chunk = ${CHUNK('keys')}`
  ],
  [
    'one account of the history, without a sum',
    `UPDATE chunks SET rows = ${OTHER_NUMBER}, sum = NULL WHERE chunk = ${CHUNK('history')}`
  ],
  ['rows of keys that are cut off', `UPDATE chunks SET rows = substr(rows, 1, 24) WHERE chunk = ${CHUNK('keys')}`],
  [
    'rows of keys that are cut off, without a sum',
    `UPDATE chunks SET rows = substr(rows, 1, 25), sum = NULL WHERE chunk = ${CHUNK('keys')}`
  ],
  [
    'where a chunk says that it begins',
    `UPDATE chunks SET first_number = first_number + 2 * 1e14 WHERE chunk = ${CHUNK('keys')}`
  ],
  [
    'the entry that a chunk says it begins with',
    `UPDATE chunks SET first_sequence = first_sequence + 1 WHERE chunk = ${CHUNK('keys')}`
  ],
  ['a chunk in another run', `UPDATE chunks SET run = ${LIVE('history')} WHERE chunk = ${CHUNK('keys')}`],
  [
    'a chunk that is there twice',
    `INSERT INTO chunks (run, first_number, first_sequence, rows, sum) SELECT run, first_number + 1, first_sequence, rows, sum FROM chunks WHERE chunk = ${CHUNK('history')}`
  ],
  ['a sum of a chunk', `UPDATE chunks SET sum = sum + 1 WHERE chunk = ${CHUNK('keys')}`],

  ['a balance', "UPDATE accounts SET posted = posted + 1 WHERE account_id = 'payer'"],
  ['a balance of a system account', "UPDATE accounts SET posted = posted + 1 WHERE account_id = '@settlement:USD'"],
  ['what is held', "UPDATE accounts SET held = 0 WHERE account_id = 'euro'"],
  ['an overdraft', "UPDATE accounts SET overdraft_limit = 5000 WHERE account_id = 'payer'"],
  ['a currency', "UPDATE accounts SET currency = 'EUR' WHERE account_id = 'payer'"],
  ['a freeze', "UPDATE accounts SET frozen = 'debits' WHERE account_id = 'payer'"],
  ['a closure', "UPDATE accounts SET closed = 0 WHERE account_id = 'bob'"],
  ['metadata', `UPDATE accounts SET metadata = '{"name":"Another","plan":"gold"}' WHERE account_id = 'payer'`],
  ['metadata that is no JSON', "UPDATE accounts SET metadata = '{' WHERE account_id = 'payer'"],
  ['when an account was created', "UPDATE accounts SET created_at = created_at - 1000 WHERE account_id = 'payer'"],
  ['the entry that created an account', "UPDATE accounts SET created_sequence = 30 WHERE account_id = 'payer'"],
  [
    'the entry that created an account, to come',
    "UPDATE accounts SET created_sequence = 9000 WHERE account_id = 'payer'"
  ],
  ['when a hold of an account ends', "UPDATE accounts SET hold_deadline = hold_deadline + 1 WHERE account_id = 'euro'"],
  ['that an account has an open hold', "UPDATE accounts SET hold_deadline = NULL WHERE account_id = 'euro'"],
  ['the name of an account', "UPDATE accounts SET account_id = 'mallory' WHERE account_id = 'payer'"],
  ['an account that is gone', "DELETE FROM accounts WHERE account_id = 'late'"],
  [
    'an account that is new',
    "INSERT INTO accounts (account_id, currency, posted, held, overdraft_limit, closed, metadata, created_at, created_sequence) VALUES ('mallory', 'USD', 900, 0, 0, 0, '{}', 0, 5)"
  ],
  [
    'an account that is new, to be created later',
    "INSERT INTO accounts (account_id, currency, posted, held, overdraft_limit, closed, metadata, created_at, created_sequence) VALUES ('mallory', 'USD', 900, 0, 0, 0, '{}', 0, 9000)"
  ],
  [
    'two accounts that have changed places',
    "UPDATE accounts SET account_id = 'x' WHERE account_id = 'late'; UPDATE accounts SET account_id = 'late' WHERE account_id = 'bob'; UPDATE accounts SET account_id = 'bob' WHERE account_id = 'x'"
  ],

  ['what was refunded', `UPDATE transaction_states SET refunded = '["0"]' WHERE refunded = '["30"]'`],
  ['what was refunded, as no JSON', `UPDATE transaction_states SET refunded = '[' WHERE refunded = '["30"]'`],
  ['refunds that are gone', `DELETE FROM transaction_states WHERE refunded = '["30"]'`],
  ['refunds that nobody made', `INSERT INTO transaction_states VALUES (50, 'payer', '["1"]', NULL, NULL)`],
  ['refunds of no transaction', `INSERT INTO transaction_states VALUES (1, 'alice', '["1"]', NULL, NULL)`],
  ['refunds of an entry to come', `INSERT INTO transaction_states VALUES (9000, 'alice', '["1"]', NULL, NULL)`],
  ['a hold that is open again', "UPDATE transaction_states SET hold_status = 'open' WHERE hold_status = 'voided'"],
  ['a hold that has ended', "UPDATE transaction_states SET hold_status = 'voided' WHERE hold_status = 'open'"],
  ['when a hold ends', "UPDATE transaction_states SET hold_deadline = hold_deadline + 1 WHERE hold_status = 'open'"],
  ['whose a hold is', "UPDATE transaction_states SET account_id = 'alice' WHERE hold_status = 'open'"],
  ['a hold that is gone', "DELETE FROM transaction_states WHERE hold_status = 'open'"],

  [
    'a pending balance that nobody has',
    `INSERT INTO moved_balances VALUES (${HEAD}, unhex('0000000000003F40'), unhex('0100000000000000'))`
  ],
  [
    'a pending balance of an account that does not exist',
    `INSERT INTO moved_balances VALUES (${HEAD}, unhex('0000000000205F40'), unhex('0100000000000000'))`
  ],
  [
    'a pending balance that is cut off',
    `INSERT INTO moved_balances VALUES (${HEAD}, unhex('0000000000003F40'), unhex('01000000'))`
  ],
  [
    'a pending balance that is yet to come',
    `INSERT INTO moved_balances VALUES (${HEAD} + 1, unhex('0000000000003F40'), unhex('0100000000000000'))`
  ],

  ['how many transactions there were', 'UPDATE head SET transaction_count = transaction_count + 1'],
  ['when the last entry was', 'UPDATE head SET timestamp = timestamp - 1'],
  ['the hash of the head', 'UPDATE head SET hash = zeroblob(32)'],
  ['the entry of the head', 'UPDATE head SET sequence = sequence - 1'],
  ['the head that is gone', 'DELETE FROM head'],
  [
    'how long keys live',
    `REPLACE INTO settings (name, value) VALUES ('keyLifetimes', '{"answerTtlMs":1,"keyTtlMs":1,"forgottenBefore":0}')`
  ]
]

describe('What was changed beside the journal', function () {
  this.timeout(60_000)
  let sound: SoundLedger
  let directory: ReturnType<typeof temporaryDirectory>

  before(async () => {
    sound = await soundLedger(false)
    directory = temporaryDirectory()
  })
  after(() => {
    sound.dispose()
    directory.dispose()
  })

  for (const [index, [what, sql]] of CHANGES.entries()) {
    it(`is noticed: ${what}`, async () => {
      const path = join(directory.path, `${index}.db`)
      sound.copyTo(path)
      change(path, database => database.exec(sql))
      const finding = await sound.examine(path)
      expect(isNoticed(finding), finding.wrong.join()).to.equal(true)
      expect(finding.refusal?.name ?? 'StoreCorruptError').to.equal('StoreCorruptError')
    })
  }

  function change(path: string, work: (database: Database) => void): void {
    const database = openDatabase(path)
    try {
      const before = database.prepare('SELECT total_changes() AS changes').get() as { changes: number }
      work(database)
      const after = database.prepare('SELECT total_changes() AS changes').get() as { changes: number }
      expect(after.changes, 'rows changed').to.be.greaterThan(before.changes)
    } finally {
      database.close()
    }
  }
})
