import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { KeyFilter } from '../../lib/store/sqlite/reading/key-filter.js'
import { keyHash } from '../../lib/store/sqlite/indexes/key-hash.js'
import { Queries } from '../../lib/store/sqlite/reading/queries.js'
import { RunWriter } from '../../lib/store/sqlite/indexes/run-writer.js'
import { MIGRATIONS, takeSteps } from '../../lib/store/sqlite/schema/schema.js'
import { Writer } from '../../lib/store/sqlite/writing/writer.js'
import { temporaryDirectory } from '../support/stores.js'

const hashOf = (number: number) => keyHash(`account-${number % 100}`, `order-${number}`)

describe('the filter of idempotency keys', () => {
  function emptyLedger() {
    const database = openDatabase(':memory:')
    takeSteps(database, 0, MIGRATIONS.length)
    const writer = new RunWriter(database, 'keys', { fanIn: 2 })
    let through = 0
    return {
      queries: new Queries(database),
      writer,
      addRun(hashes: readonly number[]): void {
        const sequences = hashes.map((_, place) => through + place + 1)
        const adding = writer.add({ numbers: hashes, sequences, after: through, through: through + hashes.length })
        let piece = adding.next()
        while (piece.done !== true) piece = adding.next()
        piece.value()
        through += hashes.length
      }
    }
  }

  /** The tables of a ledger with keys of this many orders. */
  function tablesWith(keys: number): Queries {
    const ledger = emptyLedger()
    if (keys > 0) ledger.addRun(Array.from({ length: keys }, (_, number) => hashOf(number)))
    return ledger.queries
  }

  const neverClosed = () => false

  it('says of no key that was added that it was never used', async () => {
    const filter = new KeyFilter()
    await filter.fill(tablesWith(0), neverClosed)
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (accountId, key) => {
        filter.add(keyHash(accountId, key))
        expect(filter.mayHave(keyHash(accountId, key))).to.equal(true)
      })
    )
    for (let number = 0; number < 100_000; number++) filter.add(hashOf(number))
    for (let number = 0; number < 100_000; number++) expect(filter.mayHave(hashOf(number))).to.equal(true)
  })

  it('says of nearly every key that was not added that it was never used', async () => {
    const filter = new KeyFilter()
    await filter.fill(tablesWith(0), neverClosed)
    for (let number = 0; number < 1_000_000; number++) filter.add(hashOf(number))
    let mistakes = 0
    for (let number = 1_000_000; number < 1_100_000; number++) if (filter.mayHave(hashOf(number))) mistakes++
    expect(mistakes).to.be.below(100)
  })

  it('takes over the keys of the tables page by page, and vouches for nothing before it has all', async () => {
    const filter = new KeyFilter()
    const filled = filter.fill(tablesWith(25_000), neverClosed)
    expect(filter.mayHave(hashOf(26_000))).to.equal(true)
    await filled
    for (let number = 0; number < 25_000; number++) expect(filter.mayHave(hashOf(number))).to.equal(true)
    expect(filter.mayHave(hashOf(26_000))).to.equal(false)
  })

  it('takes over the keys of runs that are put together while it reads them', async () => {
    const ledger = emptyLedger()
    const hashes = Array.from({ length: 30_000 }, (_, number) => hashOf(number))
    ledger.addRun(hashes.slice(0, 15_000))
    ledger.addRun(hashes.slice(15_000))
    const filter = new KeyFilter()
    const filled = filter.fill(ledger.queries, neverClosed)
    while (!ledger.writer.isTidy) ledger.writer.tidy(0)
    expect(ledger.queries.keys.liveRuns()).to.have.length(1)
    expect(filter.isComplete).to.equal(false)
    await filled
    expect(hashes.every(hash => filter.mayHave(hash))).to.equal(true)
  })

  describe('that is kept', () => {
    async function filled(keys: number): Promise<KeyFilter> {
      const filter = new KeyFilter()
      await filter.fill(tablesWith(keys), neverClosed)
      return filter
    }

    it('knows what it knew', async () => {
      const kept = (await filled(500)).toKeep(500)
      const filter = new KeyFilter()
      expect(filter.restore(kept, { through: 500, forgottenThrough: 0 })).to.equal(true)
      for (let number = 0; number < 500; number++) expect(filter.mayHave(hashOf(number))).to.equal(true)
      expect(filter.mayHave(hashOf(600))).to.equal(false)
      expect(filter.isComplete).to.equal(true)
    })

    for (const [title, change, now] of [
      ['where the journal ends elsewhere', {}, { through: 501, forgottenThrough: 0 }],
      ['where a bit of it has changed', { words: 'flipped' }, { through: 500, forgottenThrough: 0 }],
      ['where it is shorter', { words: 'shortened' }, { through: 500, forgottenThrough: 0 }],
      ['where it was kept for another end', { through: 499 }, { through: 499, forgottenThrough: 0 }],
      ['where it is mostly about forgotten keys', {}, { through: 500, forgottenThrough: 251 }]
    ] as const) {
      it(`is not believed ${title}, and changes nothing`, async () => {
        const kept = (await filled(500)).toKeep(500)
        const words = Uint8Array.from(
          'words' in change && change.words === 'shortened' ? kept.words.slice(4) : kept.words
        )
        if ('words' in change && change.words === 'flipped') words[1_000]! ^= 1
        const filter = new KeyFilter()
        expect(filter.restore({ ...kept, ...change, words }, now)).to.equal(false)
        expect(filter.mayHave(hashOf(600))).to.equal(true)
        expect(filter.isComplete).to.equal(false)
      })
    }

    it('is good as long as half of its keys are', async () => {
      const kept = (await filled(500)).toKeep(500)
      expect(new KeyFilter().restore(kept, { through: 500, forgottenThrough: 250 })).to.equal(true)
    })

    it('is what the next opening goes by, in the file where the journal still ends there', async () => {
      const directory = temporaryDirectory()
      const path = `${directory.path}/payments.db`
      const payment = { accountId: 'alice', idempotencyKey: 'k', amount: 1n }
      const bursar = await openPaymentProcessor({ store: sqliteStore({ path }) })
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
      const first = await bursar.processPayment(payment)
      await bursar.close()
      const { sequence } = first
      // One that knows no key shows whether it is believed: with it, the same key pays twice.
      const keep = (through: number) => {
        const writer = new Writer(path)
        writer.keepFilter(new KeyFilter().toKeep(through))
        writer.close()
      }
      const replays = async () => {
        await using again = await openPaymentProcessor({ store: sqliteStore({ path }) })
        return (await again.processPayment(payment)).replayed
      }
      keep(sequence - 1)
      expect(await replays()).to.equal(true)
      keep(sequence)
      expect(await replays()).to.equal(false)
      directory.dispose()
    })
  })

  it('stops when the ledger is closed, and stays useless', async () => {
    const filter = new KeyFilter()
    let looks = 0
    await filter.fill(tablesWith(25_000), () => ++looks > 0)
    expect(filter.mayHave(hashOf(26_000))).to.equal(true)
  })
})
