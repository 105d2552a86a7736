import { expect } from 'chai'
import fc from 'fast-check'
import { allocate, AMOUNT_MAX, InvalidAmountError } from 'bursar'

const amounts = fc.bigInt({ min: 0n, max: AMOUNT_MAX })
const shares = fc
  .array(fc.oneof(fc.bigInt({ min: 0n, max: 1_000_000n }), fc.nat(1_000_000)), { minLength: 1, maxLength: 20 })
  .filter(weights => weights.some(weight => BigInt(weight) > 0n))

function sumOf(parts: readonly (bigint | number)[]): bigint {
  return parts.reduce<bigint>((sum, part) => sum + BigInt(part), 0n)
}

describe('Splitting an amount', () => {
  it('gives parts that sum to the amount exactly', () => {
    fc.assert(fc.property(amounts, shares, (amount, weights) => sumOf(allocate(amount, weights)) === amount))
  })

  it('keeps every part within one unit of its exact share', () => {
    fc.assert(
      fc.property(amounts, shares, (amount, weights) => {
        const total = sumOf(weights)
        for (const [index, part] of allocate(amount, weights).entries()) {
          const deviation = part * total - amount * BigInt(weights[index]!)
          expect(deviation < total && deviation > -total, `part ${index}`).to.equal(true)
        }
      })
    )
  })

  it('gives one part for each share, and nothing for a share of zero', () => {
    fc.assert(
      fc.property(amounts, shares, (amount, weights) => {
        const parts = allocate(amount, weights)
        expect(parts).to.have.length(weights.length)
        for (const [index, weight] of weights.entries()) if (BigInt(weight) === 0n) expect(parts[index]).to.equal(0n)
      })
    )
  })

  it('gives a larger share no less than a smaller one', () => {
    fc.assert(
      fc.property(amounts, shares, (amount, weights) => {
        const parts = allocate(amount, weights)
        const ordered = weights.map((weight, index) => ({ weight: BigInt(weight), part: parts[index]! }))
        ordered.sort((one, other) => (one.weight < other.weight ? -1 : one.weight > other.weight ? 1 : 0))
        for (const [index, { weight, part }] of ordered.entries()) {
          const next = ordered[index + 1]
          if (next !== undefined && next.weight > weight) expect(next.part >= part).to.equal(true)
        }
      })
    )
  })

  it('gives the same parts every time, whether shares are numbers or bigints, and leaves the shares alone', () => {
    fc.assert(
      fc.property(amounts, shares, (amount, weights) => {
        const before = [...weights]
        const parts = allocate(amount, weights)
        expect(allocate(amount, weights)).to.deep.equal(parts)
        const asBigints = weights.map(weight => BigInt(weight))
        expect(allocate(amount, asBigints)).to.deep.equal(parts)
        expect(weights).to.deep.equal(before)
      })
    )
  })

  const splits: readonly (readonly [amount: bigint, weights: readonly number[], parts: readonly bigint[]])[] = [
    [1000n, [1, 1, 1], [334n, 333n, 333n]],
    [1001n, [1, 1, 1], [334n, 334n, 333n]],
    [100n, [70, 20, 10], [70n, 20n, 10n]],
    [101n, [70, 20, 10], [71n, 20n, 10n]],
    [5n, [9700, 300], [5n, 0n]],
    [1n, [0, 1, 1], [0n, 1n, 0n]],
    [0n, [3, 4], [0n, 0n]],
    [7n, [42], [7n]],
    [AMOUNT_MAX, [1, 1], [AMOUNT_MAX / 2n + 1n, AMOUNT_MAX / 2n]]
  ]

  for (const [amount, weights, parts] of splits) {
    it(`gives ${parts.join(', ')} for ${amount} by ${weights.join(' : ')}`, () => {
      expect(allocate(amount, weights)).to.deep.equal(parts)
    })
  }

  const invalid: readonly (readonly [what: string, amount: unknown, weights: readonly unknown[]])[] = [
    ['no shares', 1n, []],
    ['shares that are all zero', 1n, [0, 0n]],
    ['a negative share', 1n, [2, -1]],
    ['a negative share as a bigint', 1n, [2n, -1n]],
    ['a fractional share', 1n, [0.5, 0.5]],
    ['a share that is no number', 1n, [Number.NaN, 1]],
    ['an endless share', 1n, [Infinity, 1]],
    ['a share beyond what a number counts exactly', 1n, [2 ** 53, 1]],
    ['a share of text', 1n, ['1', 1]],
    ['a negative amount', -1n, [1]],
    ['a negative amount by negative shares', -100n, [-1, -1]],
    ['an amount as a number', 100, [1]],
    ['an amount of text', '100', [1]],
    ['an amount beyond 2^63−1', AMOUNT_MAX + 1n, [1]]
  ]

  for (const [what, amount, weights] of invalid) {
    it(`refuses ${what}`, () => {
      expect(() => allocate(amount as bigint, weights as number[])).to.throw(InvalidAmountError)
    })
  }
})
