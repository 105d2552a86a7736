import { inspect } from 'node:util'
import { expect } from 'chai'
import { AMOUNT_MAX, formatMoney, InvalidAmountError, InvalidRequestError, parseMoney } from 'bursar'

describe('Money as text', () => {
  const exact: readonly (readonly [text: string, currency: string, units: bigint])[] = [
    ['12.50', 'USD', 1250n],
    ['0.01', 'USD', 1n],
    ['0.00', 'USD', 0n],
    ['-12.50', 'USD', -1250n],
    ['-0.05', 'USD', -5n],
    ['1250', 'JPY', 1250n],
    ['-1', 'JPY', -1n],
    ['1.250', 'KWD', 1250n],
    ['0.001', 'KWD', 1n],
    ['92233720368547758.07', 'USD', AMOUNT_MAX],
    ['-92233720368547758.07', 'USD', -AMOUNT_MAX],
    ['9223372036854775807', 'JPY', AMOUNT_MAX],
    ['90071992547409.93', 'USD', 2n ** 53n + 1n]
  ]

  for (const [text, currency, units] of exact) {
    it(`reads ${text} ${currency} as ${units} minor units, and writes it back the same`, () => {
      expect(parseMoney(text, currency)).to.equal(units)
      expect(formatMoney(units, currency)).to.equal(text)
    })
  }

  const shorter: readonly (readonly [text: string, currency: string, units: bigint])[] = [
    ['12', 'USD', 1200n],
    ['12.5', 'USD', 1250n],
    ['007', 'USD', 700n],
    ['1.5', 'KWD', 1500n]
  ]

  const exactZeros: readonly (readonly [text: string, currency: string, units: bigint])[] = [
    ['1000.00', 'JPY', 1000n],
    ['12.500000', 'USD', 1250n],
    ['-0.000', 'USD', 0n],
    ['1.0010', 'KWD', 1001n],
    ['000000000000000000000012.50', 'USD', 1250n]
  ]

  for (const [text, currency, units] of exactZeros) {
    it(`reads ${text} ${currency}, whose further digits are zeros, exactly`, () => {
      expect(parseMoney(text, currency)).to.equal(units)
    })
  }

  for (const [text, currency, units] of shorter) {
    it(`reads ${text} ${currency} with the missing digits as zeros`, () => {
      expect(parseMoney(text, currency)).to.equal(units)
    })
  }

  const refused: readonly (readonly [text: unknown, currency: string])[] = [
    ['12.505', 'USD'],
    ['12.5001', 'USD'],
    ['1.01', 'JPY'],
    ['1.', 'JPY'],
    ['1.0001', 'KWD'],
    ['92233720368547758.08', 'USD'],
    ['-92233720368547758.08', 'USD'],
    ['9223372036854775808', 'JPY'],
    ['', 'USD'],
    ['.50', 'USD'],
    ['12.', 'USD'],
    ['-', 'USD'],
    ['+1', 'USD'],
    ['--1', 'USD'],
    ['1,250.00', 'USD'],
    ['12,50', 'USD'],
    ['1e3', 'USD'],
    ['0x10', 'USD'],
    [' 1', 'USD'],
    ['1 ', 'USD'],
    ['1\n', 'USD'],
    ['1_000', 'USD'],
    ['$1', 'USD'],
    ['NaN', 'USD'],
    ['Infinity', 'USD'],
    ['١', 'USD'],
    [12.5, 'USD'],
    [1250n, 'USD'],
    [null, 'USD']
  ]

  for (const [text, currency] of refused) {
    it(`refuses ${typeof text} ${JSON.stringify(String(text))} in ${currency}, rather than guess or round`, () => {
      expect(() => parseMoney(text as string, currency)).to.throw(InvalidAmountError)
    })
  }

  for (const currency of ['', 'usd', 'US', 'DOLLAR', '$', '__proto__', 'constructor']) {
    it(`refuses ${JSON.stringify(currency)} as a currency`, () => {
      expect(() => parseMoney('1', currency)).to.throw(InvalidRequestError)
      expect(() => formatMoney(1n, currency)).to.throw(InvalidRequestError)
    })
  }

  const faults: readonly (readonly [text: string, fault: RegExp])[] = [
    ['', /is empty/],
    ['1 000.00', /blanks/],
    ['12.50\n', /blanks or line ends/],
    ['1,250.00', /separators between groups/],
    ["1'250'000", /separators between groups/],
    ['1.250,00', /separators between groups/],
    ['12,50', /decimal comma/],
    ['+1', /plus sign/],
    ['1e3', /exponent/],
    ['.50', /lacks digits/],
    ['$1', /other characters/],
    ['١', /other characters/],
    ['1.2.3', /no decimal number/],
    ['0'.repeat(101), /longer than 100/],
    ['12.505', /more digits after the decimal point than USD, which has 2/],
    ['92233720368547758.08', /out of range/]
  ]

  for (const [text, fault] of faults) {
    it(`says what is wrong with ${JSON.stringify(text.slice(0, 20))}, and advises to round only where that helps`, () => {
      expect(() => parseMoney(text, 'USD'))
        .to.throw(InvalidAmountError, fault)
        .with.property('message')
        .that.satisfies((message: string) => message.includes('round') === (text === '12.505'))
    })
  }

  for (const amount of [12.5, 1250, '1250', null, undefined, NaN, {}, [1n], Symbol('1')]) {
    it(`refuses to write ${inspect(amount)} (${typeof amount}): only a bigint is minor units`, () => {
      expect(() => formatMoney(amount as bigint, 'USD')).to.throw(InvalidAmountError, 'a bigint such as 1250n')
    })
  }
})
