import { expect } from 'chai'
import * as fc from 'fast-check'
import { openDatabase } from '../../lib/store/sqlite/driver.js'
import { KeyFilter } from '../../lib/store/sqlite/key-filter.js'
import { keyHash } from '../../lib/store/sqlite/key-hash.js'
import { Queries } from '../../lib/store/sqlite/queries.js'
import { MIGRATIONS } from '../../lib/store/sqlite/schema.js'

const hashOf = (number: number) => keyHash(`account-${number % 100}`, `order-${number}`)

describe('the filter of idempotency keys', () => {
  /** The tables of a ledger with keys of this many orders. */
  function tablesWith(keys: number): Queries {
    const database = openDatabase(':memory:')
    for (const step of MIGRATIONS) database.exec(step)
    const insert = database.prepare('INSERT INTO keys VALUES (?, ?)')
    for (let number = 0; number < keys; number++) insert.run(hashOf(number), number + 1)
    return new Queries(database)
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
    const filled = filter.fill(tablesWith(2_500), neverClosed)
    expect(filter.mayHave(hashOf(2_600))).to.equal(true)
    await filled
    for (let number = 0; number < 2_500; number++) expect(filter.mayHave(hashOf(number))).to.equal(true)
    expect(filter.mayHave(hashOf(2_600))).to.equal(false)
  })

  it('takes over several entries under one hash, wherever a page ends', async () => {
    const database = openDatabase(':memory:')
    for (const step of MIGRATIONS) database.exec(step)
    const insert = database.prepare('INSERT INTO keys VALUES (?, ?)')
    for (let number = 0; number < 1_500; number++) insert.run(hashOf(Math.min(number, 10)), number + 1)
    const filter = new KeyFilter()
    await filter.fill(new Queries(database), neverClosed)
    for (let number = 0; number <= 10; number++) expect(filter.mayHave(hashOf(number))).to.equal(true)
  })

  it('stops when the ledger is closed, and stays useless', async () => {
    const filter = new KeyFilter()
    let looks = 0
    await filter.fill(tablesWith(2_500), () => ++looks > 1)
    expect(filter.mayHave(hashOf(2_600))).to.equal(true)
  })
})
