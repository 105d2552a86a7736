import { InvariantError, openLedgerReader, openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { encodeEntry } from '../../lib/store/codec.js'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { Tail } from '../../lib/store/sqlite/tail/tail.js'
import { Writer } from '../../lib/store/sqlite/writing/writer.js'
import { newBook, storeProblems, type Book } from '../support/book.js'
import { temporaryDirectory } from '../support/stores.js'

/** As many as there are in the step below; the last of them ends it. */
const PIECES = 6

describe('a step of the tables that is left between two pieces', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let book: Book

  beforeEach(async () => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
    book = newBook()
    book.create({ accountId: 'alice', posted: 100n })
    book.create({ accountId: 'bob', posted: 100n })
    const session = await sqliteStore({ path }).open()
    await session.commit(book.group())
    await session.close()
    book.pay({ accountId: 'alice', idempotencyKey: 'one', amount: 10n })
    book.create({ accountId: 'carol', posted: 50n })
    book.authorize({ accountId: 'bob', idempotencyKey: 'two', amount: 30n, expiresInMs: 2 ** 50 })
    book.pay({ accountId: 'alice', idempotencyKey: 'three', amount: 5n, payee: 'bob' })
  })

  afterEach(() => directory.dispose())

  /** Commits the rest of the book and brings so many pieces of it into the tables. */
  function leaveAfter(pieces: number): boolean {
    const writer = new Writer(path)
    try {
      const group = book.group()
      const texts = group.entries.map(entry => Buffer.from(encodeEntry(entry)))
      const { expectedHead, head } = group
      const lengths = Uint32Array.from(texts, text => text.length)
      writer.commit({ expectedHead, bytes: Buffer.concat(texts), lengths, letters: [], settings: {}, head })
      const tail = new Tail(expectedHead)
      tail.add(group)
      writer.beginTables(tail.toChanges())
      return pieces > 0 && writer.continueTables(pieces)
    } finally {
      writer.close()
    }
  }

  it('has the pieces that the specs below count', () => {
    expect(leaveAfter(PIECES)).to.equal(true)
  })

  for (let pieces = 0; pieces <= PIECES; pieces++) {
    it(`shows every balance right after ${pieces} pieces, to a reader and to the next writer`, async () => {
      expect(leaveAfter(pieces)).to.equal(pieces === PIECES)

      const reader = await openLedgerReader({ store: sqliteStore({ path }) })
      for (const { accountId, posted, held } of book.accounts.values()) {
        expect(await reader.getBalance(accountId)).to.include({ posted, held })
      }
      expect(storeProblems(await reader.verify())).to.deep.equal([])
      await reader.close()

      const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
      for (const { accountId, posted, held } of book.accounts.values()) {
        expect(await processor.getBalance(accountId)).to.include({ posted, held })
      }
      expect(storeProblems(await processor.verify())).to.deep.equal([])
      await processor.close()
    })
  }

  it('stops at an account that somebody has taken out of the tables, and forgets no balance that waits', () => {
    const other = openDatabase(path)
    other.exec("DELETE FROM accounts WHERE account_id = 'alice'")
    other.close()

    expect(() => leaveAfter(PIECES)).to.throw(InvariantError, 'opened by entry 1 ')

    const after = openDatabase(path)
    expect(after.prepare('SELECT count(*) AS stretches FROM moved_balances').get()).to.deep.include({ stretches: 1 })
    after.close()
  })
})
