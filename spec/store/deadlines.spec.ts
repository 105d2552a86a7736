import { expect } from 'chai'
import fc from 'fast-check'
import { Deadlines } from '../../lib/store/memory/deadlines.js'

describe('Deadlines', () => {
  it('come out the earliest first, whatever the order they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), times => {
        const deadlines = new Deadlines()
        const added = times.map((deadline, sequence) => ({ deadline, sequence }))
        for (const one of added) deadlines.add(one)
        const taken = added.map(() => {
          const first = deadlines.first()
          deadlines.removeFirst()
          return first
        })
        expect(deadlines.first()).to.equal(undefined)
        expect(taken).to.deep.equal(
          added.sort((one, other) => one.deadline - other.deadline || one.sequence - other.sequence)
        )
      })
    )
  })
})
