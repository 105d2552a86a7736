import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  BursarError,
  openLedgerReader,
  openPaymentProcessor,
  StoreFormatError,
  StoreUnavailableError,
  StoreCorruptError
} from 'bursar'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

/** What somebody who can write the file might leave in it, to be run by whoever opens it. */
const PLANTED: readonly (readonly [what: string, sql: string])[] = [
  [
    'a trigger on the journal',
    `CREATE TRIGGER steal AFTER INSERT ON journal BEGIN UPDATE accounts SET posted = posted + 1; END`
  ],
  ['a trigger on the head', `CREATE TRIGGER stop BEFORE UPDATE ON head BEGIN SELECT RAISE(ABORT, 'no'); END`],
  ['a view in the place of a table', 'ALTER TABLE runs RENAME TO r; CREATE VIEW runs AS SELECT * FROM r'],
  ['another view', 'CREATE VIEW report AS SELECT * FROM accounts'],
  ['another table', 'CREATE TABLE notes (text TEXT)'],
  ['another index', 'CREATE INDEX by_currency ON accounts (currency)'],
  ['a column more', 'ALTER TABLE accounts ADD COLUMN note TEXT'],
  ['a missing index', 'DROP INDEX open_holds_by_deadline'],
  ['a virtual table', 'CREATE VIRTUAL TABLE search USING fts5(text)'],
  [
    'a table that is no longer strict',
    'DROP TABLE key_filter; CREATE TABLE key_filter (id INTEGER PRIMARY KEY, through INTEGER, after INTEGER, words BLOB, hash BLOB)'
  ]
]

describe('a hostile ledger file', () => {
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(async () => {
    ledger = sqliteLedger()
    const processor = await openPaymentProcessor({ store: ledger.store() })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await approval(processor.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' }))
    await processor.close()
  })

  afterEach(() => ledger.dispose())

  function execute(sql: string): void {
    const database = openDatabase(ledger.path)
    try {
      database.exec(sql)
    } finally {
      database.close()
    }
  }

  for (const [what, sql] of PLANTED) {
    it(`with ${what} is refused, by writers and readers, and left as it is`, async () => {
      execute(sql)
      const before = readFileSync(ledger.path)
      const error = await rejectionOf(openPaymentProcessor({ store: ledger.store() }), StoreFormatError)
      expect(error.message).to.contain(ledger.path)
      await rejectionOf(openLedgerReader({ store: ledger.store() }), StoreFormatError)
      expect(readFileSync(ledger.path).equals(before)).to.equal(true)
    })
  }

  it('may have been analyzed: statistics do nothing', async () => {
    execute('ANALYZE')
    await using processor = await openPaymentProcessor({ store: ledger.store() })
    expect((await processor.verify()).ok).to.equal(true)
  })

  it('whose pages were overwritten is refused, or its reads are, each with an error that can be handled', async () => {
    const whole = readFileSync(ledger.path)
    for (let at = 4096; at < whole.length; at += 4096) {
      const damaged = Buffer.from(whole)
      damaged.fill(0xff, at, at + 64)
      writeFileSync(ledger.path, damaged)
      const outcome = await readEverything().then(
        () => undefined,
        (error: unknown) => error
      )
      if (outcome !== undefined) expect(outcome, `page ${at / 4096}`).to.be.instanceOf(BursarError)
    }

    async function readEverything(): Promise<void> {
      await using reader = await openLedgerReader({ store: ledger.store() })
      await reader.getBalance('alice')
      await collect(reader.listTransactions())
      await collect(reader.journal())
    }
  })

  for (const text of ['', 'null', '{}', '{"sequence":1}', '[[[[', '{"sequence":1,"command":{"type":"Nothing"}}']) {
    it(`whose entries are ${JSON.stringify(text)} gives errors and no answers`, async () => {
      const database = openDatabase(ledger.path)
      database.prepare('UPDATE journal SET entry = ? WHERE sequence = 1').run(text)
      // The tables are to be derived anew, from what stands there now.
      database.exec(
        `UPDATE progress SET tables_through = 0, again = '0 0'; DELETE FROM accounts; DELETE FROM runs;
         DELETE FROM chunks; DELETE FROM moved_balances`
      )
      database.close()
      await using reader = await openLedgerReader({ store: ledger.store() })
      await rejectionOf(reader.getBalance('alice'), StoreCorruptError)
      await rejectionOf(collect(reader.journal()), BursarError)
      await rejectionOf(openPaymentProcessor({ store: ledger.store() }), StoreCorruptError)
    })
  }

  it('that is exchanged while it is read gives an error, not another ledger', async () => {
    await using reader = await openLedgerReader({ store: ledger.store() })
    execute('DROP TABLE accounts')
    await rejectionOf(reader.getBalance('alice'), StoreUnavailableError)
  })
})
