import { expect } from 'chai'
import fc from 'fast-check'
import { sequenceSet } from '../../lib/cli/sequence-set.js'

describe('sequenceSet', () => {
  it('knows exactly what was added, near and far', () => {
    const near = fc.integer({ min: 1, max: 20 })
    const edges = fc.constantFrom(65_535, 65_536, 65_537, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER)
    fc.assert(
      fc.property(fc.array(fc.oneof(near, edges)), sequences => {
        const set = sequenceSet()
        const model = new Set<number>()
        for (const sequence of sequences) {
          expect(set.add(sequence)).to.equal(!model.has(sequence))
          model.add(sequence)
        }
      })
    )
  })
})
