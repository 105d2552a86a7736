import { expect } from 'chai'
import { AMOUNT_MAX } from 'bursar'
import { AmountReader } from '../../../lib/cli/import/amount.js'
import { quoted } from '../../../lib/cli/quoted.js'

type Options = ConstructorParameters<typeof AmountReader>[0]

function read(text: string, options: Partial<Options> = {}) {
  return new AmountReader({ currency: 'EUR', ...options }).read(text)
}

describe('amounts in minor units', () => {
  for (const [text, value] of [
    ['1000', 1000n],
    ['-400', -400n],
    ['+7', 7n],
    [`${AMOUNT_MAX}`, AMOUNT_MAX]
  ] as const) {
    it(`read ${text} as it stands`, () => expect(read(text)).to.deep.equal({ value }))
  }

  for (const text of [
    '',
    '7.5',
    '7,50',
    '1.000',
    '1 000',
    '1e3',
    '0x7',
    '٧',
    '€5',
    `${AMOUNT_MAX + 1n}`,
    '9'.repeat(10_000)
  ]) {
    it(`refuse ${quoted(text)}`, () => {
      expect(read(text)).to.have.property('reason').that.includes('whole minor units').and.includes(quoted(text))
    })
  }

  it('name the option where the text has a decimal mark', () => {
    expect(read('10.00')).to.have.property('reason').that.includes('--amounts decimal')
    expect(read('10,00')).to.have.property('reason').that.includes('--amounts decimal')
  })
})

describe('decimal amounts', () => {
  const decimal = (text: string, options: Partial<Options> = {}) => read(text, { form: 'decimal', ...options })

  for (const [text, value] of [
    ['10.00', 1000n],
    ['10,00', 1000n],
    ['10', 1000n],
    ['0,05', 5n],
    ['.5', 50n],
    ['00012.50', 1250n],
    ['1.234,56', 123456n],
    ['1,234.56', 123456n],
    ['1 234,56', 123456n],
    ['1\u00a0234,56', 123456n],
    ['1\u202f234,56', 123456n],
    ["1'234.50", 123450n],
    ['1.234.567', 123456700n],
    ['1,23,456.78', 12345678n],
    ['-5,00', -500n],
    ['\u22125,00', -500n],
    ['5,00-', -500n],
    ['+5,00', 500n],
    ['(5.00)', -500n],
    ['5.00 CR', 500n],
    ['5.00DR', -500n],
    ['€ 12,50', 1250n],
    ['-5,00 €', -500n],
    ['EUR 12.50', 1250n],
    ['12.50EUR', 1250n]
  ] as const) {
    it(`read ${quoted(text)} as ${value}`, () => expect(decimal(text)).to.deep.equal({ value }))
  }

  for (const [text, currency, value] of [
    ['$1,234.56', 'USD', 123456n],
    ['-$5.00', 'USD', -500n],
    ['$-5.00', 'USD', -500n],
    ['US$5.00', 'USD', 500n],
    ['1 234,50 kr', 'SEK', 123450n],
    ['1 234,50 kr.', 'SEK', 123450n],
    ['£1,000.00', 'GBP', 100000n],
    ['1,234.500', 'KWD', 1234500n],
    ['¥1,234,567', 'JPY', 1234567n]
  ] as const) {
    it(`read ${text} in ${currency} as ${value}`, () => {
      expect(decimal(text, { currency })).to.deep.equal({ value })
    })
  }

  for (const text of [
    '',
    '-',
    '1e3',
    '5.',
    '1.23.456',
    '12.345.67',
    '--5.00',
    '-5.00-',
    '(-5.00)',
    '$5.00',
    '5.00 USD',
    '5.00 kr',
    'Total'
  ]) {
    it(`refuse ${quoted(text)} in EUR`, () => expect(decimal(text)).to.have.property('reason'))
  }

  it('refuse what a currency cannot hold, and round nothing', () => {
    expect(decimal('12.345', { decimal: 'point' }))
      .to.have.property('reason')
      .that.includes('12.345')
    expect(decimal('0,005')).to.have.property('reason')
    expect(decimal('1234.50', { currency: 'JPY' })).to.have.property('reason')
    expect(decimal(`${AMOUNT_MAX}.00`)).to.have.property('reason')
  })

  for (const text of ['1,234', '1.234', '10.005', '100,000', '-1.234']) {
    it(`refuse to guess what ${text} is, until told`, () => {
      expect(decimal(text)).to.have.property('reason').that.includes('add --decimal comma or --decimal point')
      const readings = (['comma', 'point'] as const).map(mark => decimal(text, { decimal: mark }))
      expect(readings.filter(one => 'value' in one)).not.to.be.empty
    })
  }

  it('are read alike in one file, after the first that can be read in one way only', () => {
    const german = new AmountReader({ currency: 'EUR', form: 'decimal' })
    expect(german.decimal).to.equal(undefined)
    expect(german.read('10')).to.deep.equal({ value: 1000n })
    expect(german.read('1.234')).to.have.property('reason')
    expect(german.read('9,99')).to.deep.equal({ value: 999n })
    expect(german.decimal).to.equal('comma')
    expect(german.read('1.234')).to.deep.equal({ value: 123400n })
    expect(german.read('9.99')).to.have.property('reason').that.includes('decimal comma')
  })

  it('learn nothing from an amount that is refused', () => {
    const amounts = new AmountReader({ currency: 'EUR', form: 'decimal' })
    expect(amounts.read('1,2345')).to.have.property('reason')
    expect(amounts.decimal).to.equal(undefined)
  })
})
