import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLedgerReader, openPaymentProcessor, StoreCorruptError, StoreFormatError, StoreLockedError } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import { keyHash } from '../../lib/store/sqlite/indexes/key-hash.js'
import { MIGRATIONS, takeSteps } from '../../lib/store/sqlite/schema/schema.js'
import { newBook } from '../support/book.js'
import { collect, rejectionOf } from '../support/expectations.js'
import { temporaryDirectory } from '../support/stores.js'

describe('a SQLite ledger file', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string

  beforeEach(() => {
    directory = temporaryDirectory()
    path = join(directory.path, 'payments.db')
  })

  afterEach(() => directory.dispose())

  /** Works on the file itself, as another program would. */
  function withDatabase<T>(work: (database: Database) => T): T {
    const database = openDatabase(path)
    try {
      return work(database)
    } finally {
      database.close()
    }
  }

  function execute(sql: string): void {
    withDatabase(database => database.exec(sql))
  }

  function numberFrom(sql: string): number {
    const row = withDatabase(database => database.prepare(sql).get()) as Record<string, number>
    return Object.values(row)[0]!
  }

  async function someLedger(): Promise<void> {
    const book = newBook()
    const session = await sqliteStore({ path }).open()
    book.create({ accountId: 'alice', posted: 100n })
    book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 1n })
    await session.commit(book.group())
    await session.close()
  }

  it('of another program is refused and left as it is', async () => {
    execute('CREATE TABLE customers (name TEXT); PRAGMA user_version = 1')
    const before = readFileSync(path)
    const error = await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
    expect(error.message).to.contain(path)
    expect(readFileSync(path).equals(before)).to.equal(true)
  })

  it('that carries the mark of another program is refused, empty as it may be', async () => {
    execute('PRAGMA application_id = 7')
    await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
  })

  it('of a newer version is refused and not changed', async () => {
    await someLedger()
    execute('PRAGMA user_version = 1000')
    const error = await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
    expect(error.message).to.contain('1000')
    expect(numberFrom('PRAGMA user_version')).to.equal(1000)
    expect(numberFrom('SELECT sequence FROM head')).to.equal(2)
  })

  it('that is no database is refused and left as it is', async () => {
    const text = 'name,amount\nalice,100\n'.repeat(100)
    writeFileSync(path, text)
    await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
    expect(readFileSync(path, 'utf8')).to.equal(text)
  })

  it('that is a directory is refused', async () => {
    mkdirSync(path)
    await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
  })

  it('in a directory that does not exist is refused by the name of the directory', async () => {
    const missing = join(directory.path, 'missing')
    const error = await rejectionOf(sqliteStore({ path: join(missing, 'payments.db') }).open(), StoreFormatError)
    expect(error.message).to.contain(missing)
    expect(existsSync(missing)).to.equal(false)
  })

  it('that was refused can be opened when it has been put right', async () => {
    await someLedger()
    execute('PRAGMA user_version = 1000')
    await rejectionOf(sqliteStore({ path }).open(), StoreFormatError)
    execute(`PRAGMA user_version = ${MIGRATIONS.length}`)
    const session = await sqliteStore({ path }).open()
    expect(session.head.sequence).to.equal(2)
    await session.close()
  })

  it('may exist already, empty', async () => {
    writeFileSync(path, '')
    const session = await sqliteStore({ path }).open()
    expect(session.head.sequence).to.equal(0)
    await session.close()
  })

  it('of every earlier version, from the empty one on, is brought up to the present one', async () => {
    for (let version = 0; version < MIGRATIONS.length; version++) {
      path = join(directory.path, `version-${version}.db`)
      if (version > 0) {
        withDatabase(database => takeSteps(database, 0, version))
        execute(`PRAGMA application_id = ${0x42555253}; PRAGMA user_version = ${version}`)
      }
      await someLedger()
      expect(numberFrom('PRAGMA user_version')).to.equal(MIGRATIONS.length)
      expect(numberFrom('PRAGMA application_id')).to.equal(0x42555253)
      expect(numberFrom('SELECT count(*) FROM journal')).to.equal(2)
    }
  })

  /** Puts the indexes of a ledger back into the tables that they were before they became runs. */
  function indexesAsTables(database: Database): void {
    const ofTables = /CREATE TABLE (?:history|keys) [^;]*;/g
    for (const [sql] of (MIGRATIONS[0] as string).matchAll(ofTables)) database.exec(sql)
    database.exec(`INSERT INTO history SELECT account_no, sequence FROM journal, json_each(entry, '$.postings') AS posting
      JOIN accounts ON account_id = json_extract(posting.value, '$[0]')`)
    const keyed = database
      .prepare(
        `SELECT sequence, json_extract(entry, '$.command.accountId') AS accountId,
         json_extract(entry, '$.command.idempotencyKey') AS key FROM journal WHERE key IS NOT NULL`
      )
      .all() as { sequence: number; accountId: string; key: string }[]
    const insert = database.prepare('INSERT INTO keys VALUES (?, ?)')
    for (const { sequence, accountId, key } of keyed) insert.run(keyHash(accountId, key), sequence)
    database.exec(`DROP TABLE runs; DROP TABLE chunks; DROP TABLE key_filter; DROP TABLE moved_balances;
      DROP INDEX accounts_by_age; DROP TABLE settings; ALTER TABLE progress DROP COLUMN again; ${MIGRATIONS[2] as string}`)
  }

  /** What takes a ledger of the version after back to each. */
  const BACK_TO: readonly (readonly [version: number, goBack: (database: Database) => void])[] = [
    [3, indexesAsTables],
    [
      2,
      database =>
        database.exec('ALTER TABLE accounts DROP COLUMN moved_through; ALTER TABLE accounts DROP COLUMN posted_before')
    ]
  ]

  for (const [index, [version]] of BACK_TO.entries()) {
    it(`of version ${version} keeps what every account has, its history and its keys`, async () => {
      const payment = { accountId: 'alice', idempotencyKey: 'k', amount: 1n }
      const before = await openPaymentProcessor({ store: sqliteStore({ path }) })
      await before.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
      const first = await before.processPayment(payment)
      await before.close()
      for (const [, goBack] of BACK_TO.slice(0, index + 1)) withDatabase(goBack)
      execute(`PRAGMA user_version = ${version}`)

      const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
      expect(numberFrom('PRAGMA user_version')).to.equal(MIGRATIONS.length)
      expect(await processor.getBalance('alice')).to.include({ posted: 99n })
      expect(await processor.processPayment(payment)).to.deep.equal({ ...first, replayed: true })
      const again = await processor.processPayment({ accountId: 'alice', idempotencyKey: 'l', amount: 9n })
      expect(again).to.include({ success: true })
      const history = await collect(processor.listTransactions({ accountId: 'alice' }))
      expect(history.map(({ amount }) => amount)).to.include.members([1n, 9n])
      // What the version before has written ends with the entry that adopts the rules of this one.
      expect(await processor.verify()).to.include({ ok: true, entries: 4, rulesFrom: 3 })
      await processor.close()
      await (await openPaymentProcessor({ store: sqliteStore({ path }) })).close()
      expect(numberFrom('SELECT count(*) FROM journal')).to.equal(4)

      expect(numberFrom("SELECT posted FROM accounts WHERE account_id = 'alice'")).to.equal(90)
    })
  }

  it('has one lock, whichever link leads to it', async () => {
    const link = join(directory.path, 'link.db')
    await someLedger()
    symlinkSync(path, link)
    const session = await sqliteStore({ path }).open()
    await rejectionOf(sqliteStore({ path: link }).open(), StoreLockedError)
    await session.close()
    const throughLink = await sqliteStore({ path: link }).open()
    await rejectionOf(sqliteStore({ path }).open(), StoreLockedError)
    await throughLink.close()
  })

  it('is whole by itself when it is closed: nothing is left in a log beside it', async () => {
    await someLedger()
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
    expect(log?.size ?? 0).to.equal(0)
  })

  it('holds every column to its type', async () => {
    await someLedger()
    const sql =
      "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0"
    expect(numberFrom(sql)).to.equal(0)
    expect(() => execute("UPDATE accounts SET posted = 'much'")).to.throw()
  })

  for (const [title, damage] of [
    ['whose last entry was changed', `UPDATE journal SET entry = replace(entry, 'alice', 'malice') WHERE sequence = 2`],
    ['whose last entry is missing', 'DELETE FROM journal WHERE sequence = 2'],
    ['whose head names an older entry', 'UPDATE head SET sequence = 1'],
    ['whose head has another hash', 'UPDATE head SET hash = zeroblob(32)'],
    ['that has an entry after its head', `INSERT INTO journal SELECT 3, entry, hash FROM journal WHERE sequence = 2`]
  ] as const) {
    it(`${title} is refused as corrupt`, async () => {
      await someLedger()
      execute(damage)
      await rejectionOf(sqliteStore({ path }).open(), StoreCorruptError)
    })
  }

  /** A refund and the end of a hold, whose journal is all that a crash has left. */
  async function someReferences(forged: { payment?: string; authorization?: string }): Promise<void> {
    const book = newBook()
    const session = await sqliteStore({ path }).open()
    const accountId = 'alice'
    book.create({ accountId, posted: 100n })
    const payment = book.pay({ accountId, idempotencyKey: 'p', amount: 10n })
    const authorization = book.authorize({ accountId, idempotencyKey: 'h', amount: 5n, expiresInMs: 1_000 })
    const paid = { ...payment, transactionId: forged.payment ?? payment.transactionId }
    book.refund({ accountId, idempotencyKey: 'r', amount: 4n, payment: paid })
    const held = { ...authorization, transactionId: forged.authorization ?? authorization.transactionId }
    book.voidHold({ authorization: held, idempotencyKey: 'v' })
    await session.commit(book.group())
    await session.close()
    execute(`UPDATE progress SET tables_through = 0, again = '0 0'; DELETE FROM transaction_states;
      DELETE FROM runs; DELETE FROM chunks; DELETE FROM moved_balances; DELETE FROM accounts`)
  }

  async function readBalance(): Promise<void> {
    await using reader = await openLedgerReader({ store: sqliteStore({ path }) })
    await reader.getBalance('alice')
  }

  it('is brought up from its journal alone', async () => {
    await someReferences({})
    const session = await sqliteStore({ path }).open()
    expect(session.head.sequence).to.equal(5)
    await session.close()
    expect(numberFrom('SELECT tables_through FROM progress')).to.equal(5)
    expect(numberFrom('SELECT count(*) FROM transaction_states')).to.equal(2)
  })

  for (const [what, forged] of [
    ['refunds what is at the place of a payment, under another id', { payment: 'txn_00000000002_forged' }],
    ['ends what is at the place of a hold, under another id', { authorization: 'hold_00000000003_forged' }]
  ] as const) {
    it(`whose journal ${what} is refused as corrupt`, async () => {
      await someReferences(forged)
      await rejectionOf(readBalance(), StoreCorruptError)
      await rejectionOf(sqliteStore({ path }).open(), StoreCorruptError)
    })
  }
})
