import { expect } from 'chai'
import type { Entry } from '../../lib/domain/entry.js'
import { encodeEntry } from '../../lib/store/codec.js'
import { PreparedEntries } from '../../lib/store/sqlite/writing/prepared-entries.js'
import { newBook } from '../support/book.js'

describe('entries that are written before their commit', () => {
  let prepared: PreparedEntries
  let entries: readonly Entry[]

  beforeEach(() => {
    prepared = new PreparedEntries()
    const book = newBook()
    book.create({ accountId: 'alice', posted: 100n })
    for (let payment = 1; payment <= 5; payment++) {
      book.pay({ accountId: 'alice', idempotencyKey: `payment-${payment}`, amount: 1n })
    }
    entries = book.entries
  })

  function textsOf(wanted: readonly Entry[]): readonly string[] {
    const { bytes, lengths } = prepared.take(wanted)
    const texts: string[] = []
    let from = 0
    for (const length of lengths) texts.push(Buffer.from(bytes).toString('utf8', from, (from += length)))
    expect(from).to.equal(bytes.length)
    return texts
  }

  const prepare = (some: readonly Entry[]) => some.forEach(entry => prepared.add(entry))

  it('are the ones that were prepared, group after group', () => {
    prepare(entries.slice(0, 2))
    expect(textsOf(entries.slice(0, 2))).to.deep.equal(entries.slice(0, 2).map(encodeEntry))
    prepare(entries.slice(2))
    expect(textsOf(entries.slice(2))).to.deep.equal(entries.slice(2).map(encodeEntry))
  })

  for (const [title, before] of [
    ['none was prepared', () => prepare([])],
    ['fewer were prepared', () => prepare(entries.slice(0, 2))],
    ['more were prepared', () => prepare(entries)],
    ['others were prepared, and given up', () => prepare(entries.slice(3))],
    ['they were taken before', () => (prepare(entries.slice(0, 3)), textsOf(entries.slice(0, 3)))]
  ] as const) {
    it(`are written when they are asked for, where ${title}`, () => {
      before()
      expect(textsOf(entries.slice(0, 3))).to.deep.equal(entries.slice(0, 3).map(encodeEntry))
      prepare(entries.slice(3))
      expect(textsOf(entries.slice(3))).to.deep.equal(entries.slice(3).map(encodeEntry))
    })
  }

  it('are none for a commit without any', () => {
    prepare(entries)
    expect(textsOf([])).to.deep.equal([])
  })

  it('do not hold up a decision where one cannot be written, and fail the commit that has it', () => {
    const unwritable = {
      ...entries[1]!,
      command: { ...entries[1]!.command, metadata: { amount: 1n } }
    } as never as Entry
    prepare([entries[0]!, unwritable, entries[2]!])
    expect(() => textsOf([entries[0]!, unwritable, entries[2]!])).to.throw(TypeError)
    prepare(entries.slice(3))
    expect(textsOf(entries.slice(3))).to.deep.equal(entries.slice(3).map(encodeEntry))
  })
})
