import { expect } from 'chai'
import { median, percentile } from '../../bench/statistics.js'

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([9, 1, 5])).to.equal(5)
  })

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([10, 1, 4, 2])).to.equal(3)
  })

  it('compares as numbers, not as text', () => {
    expect(median([100, 20, 3])).to.equal(20)
  })

  it('leaves its input alone', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).to.deep.equal([3, 1, 2])
  })

  it('refuses to make a number up', () => {
    expect(() => median([])).to.throw(RangeError, 'at least one value')
  })
})

describe('percentile', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1)

  for (const [percent, expected] of [
    [0, 1],
    [1, 1],
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100]
  ] as const) {
    it(`takes ${expected} of 1 … 100 at ${percent} %`, () => {
      expect(percentile(hundred, percent)).to.equal(expected)
    })
  }

  it('never reaches past a short list', () => {
    expect(percentile([7], 1)).to.equal(7)
    expect(percentile([7, 8], 99)).to.equal(8)
  })

  it('refuses to make a number up', () => {
    expect(() => percentile([], 50)).to.throw(RangeError, 'at least one value')
  })
})
