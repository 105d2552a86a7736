import { expect } from 'chai'
import fc from 'fast-check'
import { SequenceLists } from '../../lib/store/sqlite/indexes/sequence-lists.js'

describe('Sequences under numbers', () => {
  /** Numbers that come again, small ones as accounts have, and large ones as keys have; some differ in their upper bits only. */
  const numbers = fc.oneof(
    fc.nat({ max: 5 }),
    fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    fc.nat({ max: 3 }).map(upper => upper * 2 ** 24 + 7),
    fc.nat({ max: 3 }).map(upper => upper * 2 ** 32 + 7)
  )

  it('are found latest first, and those of no other number', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 300 }), numbers, (added, unused) => {
        const lists = new SequenceLists()
        const expected = new Map<number, number[]>()
        for (const [index, number] of added.entries()) {
          lists.add(number, index + 1)
          expected.set(number, [index + 1, ...(expected.get(number) ?? [])])
        }
        for (const number of [...added, unused]) {
          expect(lists.under(number)).to.deep.equal(expected.get(number) ?? [])
        }
        expect([...lists.numbers]).to.deep.equal(added)
        expect([...lists.sequences]).to.deep.equal(added.map((_, index) => index + 1))
      })
    )
  })

  it('are found when there are many more than there was room for at first', () => {
    const lists = new SequenceLists()
    const numberOf = (sequence: number) => (sequence % 20_000) * 0x1_0000_0001
    for (let sequence = 0; sequence < 50_000; sequence++) lists.add(numberOf(sequence), sequence)
    for (let first = 0; first < 20_000; first += 97) {
      const sequences = [first + 40_000, first + 20_000, first].filter(sequence => sequence < 50_000)
      expect(lists.under(numberOf(first))).to.deep.equal(sequences)
    }
    expect(lists.under(1)).to.deep.equal([])
    expect(lists.numbers).to.have.length(50_000)
  })
})
