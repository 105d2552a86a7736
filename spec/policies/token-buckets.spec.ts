import { expect } from 'chai'
import { TokenBuckets } from '../../lib/policies/token-buckets.js'

/** How many tokens can be had at once. */
function available(buckets: TokenBuckets, name: string, now: number): number {
  let count = 0
  while (buckets.waitMs(name, now) === 0) {
    buckets.take(name, now)
    count++
  }
  return count
}

describe('A token bucket', () => {
  it('is full at first, and gives what it holds at once', () => {
    expect(available(new TokenBuckets({ perSecond: 2, burst: 5 }), 'a', 0)).to.equal(5)
  })

  it('fills at its rate, and not above its size', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 5 })
    available(buckets, 'a', 0)
    expect(available(buckets, 'a', 499)).to.equal(0)
    expect(available(buckets, 'a', 500)).to.equal(1)
    expect(available(buckets, 'a', 2_000)).to.equal(3)
    expect(available(buckets, 'a', 1_000_000)).to.equal(5)
  })

  for (const [perSecond, burst] of [
    [0.1, 1],
    [1, 1],
    [2.5, 3]
  ] as const) {
    it(`of ${perSecond} a second holds ${burst} when nothing is said`, () => {
      expect(available(new TokenBuckets({ perSecond }), 'a', 0)).to.equal(burst)
    })
  }

  it('says to the millisecond when there will be a token', () => {
    const buckets = new TokenBuckets({ perSecond: 0.1 })
    buckets.take('a', 1_000)
    expect(buckets.waitMs('a', 1_000)).to.equal(10_000)
    expect(buckets.waitMs('a', 4_000)).to.equal(7_000)
    expect(buckets.waitMs('a', 11_000)).to.equal(0)
  })

  it('is its own for each name', () => {
    const buckets = new TokenBuckets({ perSecond: 1 })
    buckets.take('a', 0)
    expect(buckets.waitMs('a', 0)).to.equal(1_000)
    expect(buckets.waitMs('b', 0)).to.equal(0)
  })

  it('is never emptier than empty, however far the clock is set back', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 3 })
    buckets.take('a', 1_000_000_000)
    expect(buckets.waitMs('a', 0)).to.equal(1_000)
  })

  it('that is full again is forgotten: of a million names only the busy ones are kept', () => {
    const buckets = new TokenBuckets({ perSecond: 10, burst: 10 })
    let largest = 0
    // A thousand names a second: each is full again a tenth of a second after it was used.
    for (let name = 0; name < 1_000_000; name++) {
      buckets.take(`account-${name}`, name)
      largest = Math.max(largest, buckets.size)
    }
    expect(largest).to.be.lessThan(1_000)
  })

  it('that is not full is never forgotten', () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 })
    buckets.take('a', 0)
    for (let index = 0; index < 10_000; index++) buckets.take(`other-${index}`, index)
    expect(buckets.waitMs('a', 10_000)).to.equal(990_000)
  })
})
