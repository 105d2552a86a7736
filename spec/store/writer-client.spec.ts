import {
  NotCommittedError,
  OutcomeUnknownError,
  openPaymentProcessor,
  StoreUnavailableError,
  WriterFencedError
} from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import type { Entry } from '../../lib/domain/entry.js'
import { encodeEntry } from '../../lib/store/codec.js'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { WriterClient } from '../../lib/store/sqlite/writing/writer-client.js'
import type { JournalCommit } from '../../lib/store/sqlite/writing/writer.js'
import { newBook, storeProblems, type Book } from '../support/book.js'
import { rejectionOf } from '../support/expectations.js'
import { askPrivateField } from '../support/private-field.js'
import { temporaryDirectory } from '../support/stores.js'

/** Larger than the memory that both threads share. */
const LARGE = { note: 'x'.repeat(2 ** 21) }
/** Around the moments at which the writer thread (0.2 ms) and the event loop (1 ms) stop looking for messages. */
const PAUSES_MS = [0, 0.1, 0.15, 0.19, 0.2, 0.21, 0.25, 0.3, 1, 2, 5]
const ROUNDS = 40

/** A command as a dead letter keeps it. */
const COMMAND = '{"type":"CloseAccount","accountId":"alice","idempotencyKey":"k"}'

describe('the writer thread', function () {
  // SQLite itself waits a second for a file that is taken.
  this.timeout(60_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let book: Book
  let client: WriterClient

  beforeEach(async () => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
    book = newBook()
    client = WriterClient.take()
    await client.ask({ type: 'open', path })
  })

  afterEach(() => directory.dispose())

  async function close(): Promise<void> {
    await client.ask({ type: 'close' })
    client.release()
  }

  /** Commits what is new in the book. */
  function commit(letters: JournalCommit['letters'] = []): Promise<unknown> {
    const { expectedHead, head, entries: group } = book.group()
    const texts = group.map((entry: Entry) => Buffer.from(encodeEntry(entry)))
    const lengths = Uint32Array.from(texts, ({ length }) => length)
    return client.ask({
      type: 'commit',
      group: { expectedHead, bytes: new Uint8Array(Buffer.concat(texts)), lengths, letters, settings: {}, head }
    })
  }

  /** Another connection that holds the file for itself, so that a commit has to wait. */
  function occupy(): () => void {
    const other = openDatabase(path)
    other.exec('BEGIN IMMEDIATE')
    return () => {
      other.exec('ROLLBACK')
      other.close()
    }
  }

  /** Whether everything of the book is in the journal, in order, and its hashes are right. */
  async function expectWhole(): Promise<void> {
    const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
    const report = await processor.verify()
    expect(report.entries).to.equal(book.entries.length)
    expect(storeProblems(report)).to.deep.equal([])
    await processor.close()
  }

  const create = (metadata = {}) => book.create({ accountId: `account-${book.entries.length}`, metadata })
  const small = () => (create(), commit())
  const large = () => (create(LARGE), commit())
  const withLetter = () => (create(), commit([[`letter-${book.entries.length}`, COMMAND, 'Error', '', 1, 0, 0]]))
  const none = () => commit()
  const tidy = () => client.ask({ type: 'tidy', pieces: Infinity })
  const continueTables = () => client.ask({ type: 'continueTables', pieces: 1 })

  it('serves small and large commits, with and without dead letters, one after the other', async () => {
    for (const next of [small, small, large, small, withLetter, small, none, large, withLetter, none, small]) {
      expect(await next()).to.equal(undefined)
    }
    await close()
    await expectWhole()
  })

  for (const [title, first] of [
    ['a small commit', small],
    ['a large commit', large],
    ['a commit with a dead letter', withLetter],
    ['a piece of the tables', continueTables]
  ] as const) {
    it(`serves and answers in order whatever is asked at once after ${title}`, async () => {
      const answered: number[] = []
      for (let round = 0; round < 10; round++) {
        const asked = [first, tidy, small, continueTables, small, withLetter, tidy, small].map(ask => ask())
        asked.forEach((answer, number) => void answer.then(() => answered.push(number)))
        const answers = await Promise.all(asked)
        expect(answers.slice(1)).to.deep.equal([true, undefined, true, undefined, undefined, true, undefined])
        expect(answered.splice(0)).to.deep.equal(asked.map((_, number) => number))
      }
      await close()
      await expectWhole()
    })
  }

  it(`wakes up for a commit after ${PAUSES_MS.join(', ')} ms without one`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const pause of PAUSES_MS) {
        await small()
        // The event loop goes on turning, or stands still, or sleeps as long as a timer lets it.
        if (round % 3 === 0) await turnFor(pause)
        else if (round % 3 === 1) standStillFor(pause)
        else await new Promise(resolve => setTimeout(resolve, pause))
      }
    }
    await close()
    await expectWhole()
  })

  it('wakes up the event loop that has stopped looking for the answer', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const leave = occupy()
      setTimeout(leave, (round % 5) + 1)
      await small()
    }
    await close()
    await expectWhole()
  })

  it('closes after a commit that nobody has waited for', async () => {
    const committed = small()
    await close()
    await committed
    await expectWhole()
  })

  it('serves the next file with the thread of the one before', async () => {
    await small()
    await close()
    const second = WriterClient.take()
    expect(second).to.equal(client)
    path = `${directory.path}/second.db`
    book = newBook()
    await second.ask({ type: 'open', path })
    await small()
    await close()
    await expectWhole()
  })

  it('that ends while it opens a file has opened nothing, and its caller may ask again', async () => {
    await client.ask({ type: 'close' })
    // Nothing can be opened there, so that the thread has nothing open when it is said to have ended.
    const lost = client.ask({ type: 'open', path: directory.path })
    askPrivateField(client, '#thread', "function () { this.emit('exit', 1) }")
    const { cause } = await rejectionOf(lost, StoreUnavailableError)
    expect(cause).to.have.property('message', 'The writer thread ended with code 1.')
    client = WriterClient.take()
    await client.ask({ type: 'open', path })
    await close()
  })

  for (const [title, next] of [
    ['small', small],
    ['large', large]
  ] as const) {
    it(`is fenced at a ${title} commit when another has raised the epoch`, async () => {
      await small()
      const other = openDatabase(path)
      other.exec('UPDATE head SET epoch = epoch + 1')
      other.close()
      const refused = next()
      const after = tidy()
      await rejectionOf(refused, WriterFencedError)
      await rejectionOf(after, NotCommittedError)
      await rejectionOf(next(), NotCommittedError)
      await close()
    })

    it(`says that nothing was written where a ${title} commit fails`, async () => {
      await small()
      const other = openDatabase(path)
      other.exec("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(FAIL, 'disk full'); END")
      other.close()
      const error = await rejectionOf(next(), NotCommittedError)
      expect(error.isTransient).to.equal(false)
      expect(error.cause).to.have.property('message', 'disk full')
      await close()
    })

    it(`takes a ${title} commit that could not begin as soon as it can`, async () => {
      await small()
      const leave = occupy()
      const error = await rejectionOf(none(), NotCommittedError)
      expect(error.isTransient).to.equal(true)
      leave()
      await next()
      await close()
      await expectWhole()
    })

    it(`that ends during a ${title} commit leaves its outcome unknown`, async () => {
      await small()
      const leave = occupy()
      const lost = next()
      const after = tidy()
      // Without its port it does what it was asked for, cannot say so, and ends.
      askPrivateField(client, '#port', 'function () { this.close() }')
      setTimeout(leave, 5)
      await rejectionOf(lost, OutcomeUnknownError)
      await rejectionOf(after, OutcomeUnknownError)
      await rejectionOf(small(), NotCommittedError)
      expect(await client.ask({ type: 'close' })).to.equal(undefined)
      client.release()
      expect(WriterClient.take()).to.not.equal(client)
    })
  }
})

async function turnFor(ms: number): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) await new Promise(resolve => setImmediate(resolve))
}

function standStillFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
