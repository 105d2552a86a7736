import { expect } from 'chai'
import { data } from 'currency-codes'
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

  for (const [text, currency, units] of shorter) {
    it(`reads ${text} ${currency} with the missing digits as zeros`, () => {
      expect(parseMoney(text, currency)).to.equal(units)
    })
  }

  const refused: readonly (readonly [text: unknown, currency: string])[] = [
    ['12.505', 'USD'],
    ['12.500', 'USD'],
    ['1.0', 'JPY'],
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

  it('keeps the scale of every currency: an update of the ISO data must not move a decimal point', () => {
    const exponents = new Map<number, string[]>()
    for (const { code } of data) {
      const digits = formatMoney(0n, code).length - 1
      const exponent = digits === 0 ? 0 : digits - 1
      if (exponent !== 2) exponents.set(exponent, [...(exponents.get(exponent) ?? []), code].sort())
    }
    expect(exponents.get(0)).to.include.members(['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF'])
    expect(exponents.get(0)).to.include.members(['UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'])
    expect(exponents.get(3)).to.deep.equal(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'])
  })

  it('reads back what it writes, in every currency', () => {
    for (const { code } of data) {
      for (const units of [0n, 1n, -1n, 99n, 100n, 12_345n, AMOUNT_MAX, -AMOUNT_MAX]) {
        expect(parseMoney(formatMoney(units, code), code), code).to.equal(units)
      }
    }
  })
})
