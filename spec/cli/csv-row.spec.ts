import { expect } from 'chai'
import { AMOUNT_MAX } from 'bursar'
import { CsvHeaderError, parseHeader, parseRow, quoted } from '../../lib/cli/csv-row.js'

const HEADER = ['transactionId', 'date', 'accountId', 'kind', 'operation', 'amount', 'balanceAfter']

describe('parseHeader', () => {
  it('takes the columns in any order, and others beside them', () => {
    const header = parseHeader(['note', 'amount', 'kind', 'accountId', 'transactionId'])
    expect(parseRow(header, 2, ['hello', '5', 'deposit', 'alice', 't1'])).to.deep.equal({
      line: 2,
      transactionId: 't1',
      accountId: 'alice',
      kind: 'deposit',
      amount: 5n,
      balanceAfter: undefined,
      metadata: {}
    })
  })

  for (const missing of ['transactionId', 'accountId', 'kind', 'amount']) {
    it(`refuses a first line without ${missing}`, () => {
      expect(() => parseHeader(HEADER.filter(name => name !== missing))).to.throw(
        CsvHeaderError,
        'Expected a first line'
      )
    })
  }

  it('refuses a first line of data, and shows it', () => {
    expect(() => parseHeader(['171812', '1993-01-01', '576'])).to.throw(CsvHeaderError, '"171812,1993-01-01,576"')
  })

  it('refuses a column that is named twice', () => {
    expect(() => parseHeader([...HEADER, 'amount'])).to.throw(CsvHeaderError)
  })
})

describe('parseRow', () => {
  const header = parseHeader(HEADER)
  const good = {
    transactionId: 't1',
    date: '2025-01-31',
    accountId: 'a',
    kind: 'payment',
    operation: 'rent',
    amount: '7',
    balanceAfter: '-3'
  }
  const parse = (change: Partial<typeof good>) => parseRow(header, 9, Object.values({ ...good, ...change }))

  it('keeps date and operation as metadata', () => {
    expect(parse({})).to.deep.include({ balanceAfter: -3n, metadata: { date: '2025-01-31', operation: 'rent' } })
    expect(parse({ date: '', operation: '' })).to.deep.include({ metadata: {} })
  })

  it('does not miss a balance that the file leaves out', () => {
    expect(parse({ balanceAfter: '' })).to.deep.include({ balanceAfter: undefined, amount: 7n })
  })

  it('takes the largest amount', () => {
    expect(parse({ amount: `${AMOUNT_MAX}` })).to.deep.include({ amount: AMOUNT_MAX })
  })

  for (const amount of [
    '',
    '0',
    '-7',
    '7.5',
    '7,5',
    '1e3',
    ' 7',
    '0x7',
    '٧',
    `${AMOUNT_MAX + 1n}`,
    '9'.repeat(10_000)
  ]) {
    it(`refuses the amount ${quoted(amount)}`, () => {
      expect(parse({ amount }))
        .to.have.property('reason')
        .that.includes('expected an amount from 1 to')
        .and.includes(quoted(amount))
    })
  }

  for (const [change, reason] of [
    [{ kind: 'refund' }, 'expected the kind to be deposit or payment, got "refund"'],
    [{ kind: 'Deposit' }, 'expected the kind to be deposit or payment, got "Deposit"'],
    [{ kind: '__proto__' }, 'expected the kind to be deposit or payment, got "__proto__"'],
    [{ transactionId: '' }, 'expected a transactionId, got an empty field'],
    [{ accountId: '' }, 'expected an accountId, got an empty field'],
    [{ balanceAfter: '1.5' }, 'expected a balanceAfter in whole minor units, got "1.5"']
  ] as const) {
    it(`refuses a row with ${JSON.stringify(change)}`, () => {
      expect(parse(change)).to.deep.equal({ reason })
    })
  }

  it('refuses a row with a column too few or too many', () => {
    expect(parseRow(header, 2, ['a', 'b'])).to.deep.equal({ reason: 'expected 7 columns as in the first line, got 2' })
    expect(parseRow(header, 2, [...Object.values(good), ''])).to.deep.equal({
      reason: 'expected 7 columns as in the first line, got 8'
    })
  })
})

describe('quoted', () => {
  it('keeps what could steer a terminal away from it', () => {
    expect(quoted('\u001b[2Jx\u009b\u202e')).to.equal('"\uFFFD[2Jx\uFFFD\uFFFD"')
  })
})
