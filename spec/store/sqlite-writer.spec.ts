import { openPaymentProcessor, StoreLockedError, WriterFencedError } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { raiseEpoch } from '../../lib/store/sqlite/writing/open-for-writing.js'
import { Writer } from '../../lib/store/sqlite/writing/writer.js'
import { newBook } from '../support/book.js'
import { rejectionOf } from '../support/expectations.js'
import { startLedgerProcess } from '../support/ledger-process.js'
import { askPrivateField } from '../support/private-field.js'
import { temporaryDirectory } from '../support/stores.js'

describe('the writer of a SQLite ledger', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string

  beforeEach(() => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
  })

  afterEach(() => directory.dispose())

  it('writes with WAL and synchronous=FULL, on the very connection that it commits with', () => {
    const writer = new Writer(path)
    const head = { sequence: 1, timestamp: 1, transactionCount: 0 }
    writer.commit({
      expectedHead: 0,
      bytes: Buffer.from('{}'),
      lengths: Uint32Array.of(2),
      letters: [],
      settings: {},
      head
    })
    const pragma = (name: string) =>
      askPrivateField(writer, '#database', `function () { return this.prepare('PRAGMA ${name}').get().${name} }`)
    expect(pragma('journal_mode')).to.equal('wal')
    expect(pragma('synchronous')).to.equal(2)
    writer.close()
  })

  it('is fenced when another has raised the epoch, and writes nothing', async () => {
    const book = newBook()
    const session = await sqliteStore({ path }).open()
    book.create({ accountId: 'alice', posted: 1n })
    await session.commit(book.group())
    const other = openDatabase(path)
    other.exec('UPDATE head SET epoch = epoch + 1')
    book.create({ accountId: 'bob', posted: 1n })

    await rejectionOf(session.commit(book.group()), WriterFencedError)
    expect(other.prepare('SELECT sequence FROM head').get()).to.deep.equal({ sequence: 1 })
    expect(other.prepare('SELECT count(*) AS entries FROM journal').get()).to.deep.equal({ entries: 1 })
    other.close()
    await session.close()
  })

  it('is fenced when another has written, and leaves what the other wrote', async () => {
    const book = newBook()
    const session = await sqliteStore({ path }).open()
    book.create({ accountId: 'alice', posted: 1n })
    await session.commit(book.group())
    const other = openDatabase(path)
    other.exec("INSERT INTO journal VALUES (2, '{}', zeroblob(32)); UPDATE head SET epoch = epoch + 1, sequence = 2")
    book.create({ accountId: 'bob', posted: 1n })

    await rejectionOf(session.commit(book.group()), WriterFencedError)
    expect(other.prepare('SELECT entry FROM journal WHERE sequence = 2').get()).to.deep.equal({ entry: '{}' })
    other.close()
    await session.close()
  })

  it('that is fenced stops its processor, which says so to every caller', async () => {
    const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    const other = openDatabase(path)
    other.exec('UPDATE head SET epoch = epoch + 1')
    other.close()

    await rejectionOf(processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k1' }), WriterFencedError)
    expect(processor.status).to.equal('fenced')
    await rejectionOf(processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k2' }), WriterFencedError)
    await processor.close()
  })

  it('does not begin where its epoch cannot be written', () => {
    const database = openDatabase(path)
    // A commit that fails although its statement succeeds, as on a full disk.
    database.exec(`PRAGMA foreign_keys = ON; CREATE TABLE disk (room INTEGER PRIMARY KEY);
      CREATE TABLE head (epoch INTEGER REFERENCES disk DEFERRABLE INITIALLY DEFERRED); PRAGMA foreign_keys = OFF;
      INSERT INTO head VALUES (1); PRAGMA foreign_keys = ON`)
    expect(() => raiseEpoch(database)).to.throw()
    database.close()
  })

  it('in a second process is refused, until the first was killed', async () => {
    const first = startLedgerProcess(path)
    try {
      first.tell('open')
      expect(await first.nextLine()).to.equal('opened')
      const error = await rejectionOf(sqliteStore({ path }).open(), StoreLockedError)
      expect(error.message).to.contain(path)
      await first.kill()

      const session = await sqliteStore({ path }).open()
      expect(session.head.sequence).to.equal(3)
      await session.close()
    } finally {
      await first.kill()
    }
  }).timeout(60_000)

  it('in this process refuses a second process', async () => {
    const session = await sqliteStore({ path }).open()
    const second = startLedgerProcess(path)
    try {
      second.tell('open')
      expect(await second.nextLine()).to.equal('refused StoreLockedError')
      await session.close()
      second.tell('open')
      expect(await second.nextLine()).to.equal('opened')
    } finally {
      await second.kill()
    }
  }).timeout(60_000)
})
