import { expect } from 'chai'
import { AmountReader } from '../../../lib/cli/import/amount.js'
import { columnsIn, type Columns } from '../../../lib/cli/import/columns.js'
import { rowOf } from '../../../lib/cli/import/row.js'
import type { ImportSettings } from '../../../lib/cli/import/settings.js'
import { quoted } from '../../../lib/cli/quoted.js'

const HEADER = ['transactionId', 'date', 'accountId', 'kind', 'operation', 'amount', 'balanceAfter']

function rulesOf(header: readonly string[], settings: Partial<ImportSettings> = {}) {
  const all = { currency: 'EUR', ...settings }
  const columns = columnsIn(header, all)
  expect(columns).not.to.have.property('missing')
  const form = all.amounts ?? 'minor'
  return { columns: columns as Columns, amounts: new AmountReader({ currency: 'EUR', form }), settings: all }
}

describe('the columns of a file', () => {
  it('come in any order, in any case, with blanks or underscores, and with others beside them', () => {
    const rules = rulesOf(['note', ' AMOUNT ', 'Kind', 'account_id', 'Transaction ID'])
    expect(rowOf(rules, 2, ['hello', '5', 'deposit', 'alice', 't1'])).to.deep.equal({
      line: 2,
      transactionId: 't1',
      accountId: 'alice',
      kind: 'deposit',
      amount: 5n,
      balanceAfter: undefined,
      day: undefined,
      metadata: {}
    })
  })

  for (const [column, way] of [
    ['transactionId', '--ids content'],
    ['accountId', '--account'],
    ['kind', '--signed'],
    ['amount', 'debit and credit']
  ] as const) {
    it(`must have ${column}, and else it says what can stand for it`, () => {
      const found = columnsIn(
        HEADER.filter(name => name !== column),
        { currency: 'EUR' }
      )
      expect(found).to.have.property('missing').that.is.an('array').with.lengthOf(1)
      expect((found as { missing: string[] }).missing[0])
        .to.include(column)
        .and.include(way)
    })
  }

  it('must not have a field twice', () => {
    expect(columnsIn([...HEADER, 'Amount'], { currency: 'EUR' })).to.have.property('missing')
  })

  it('are mapped by name, which takes the field from the column of its own name', () => {
    const rules = rulesOf(['Ref', 'Konto', 'Art', 'Betrag', 'Amount', 'Text', 'Kind'], {
      map: { ref: 'transactionId', Konto: 'accountId', Art: 'kind', Betrag: 'amount', Text: 'note' }
    })
    expect(rowOf(rules, 2, ['1', 'a', 'payment', '7', '999', 'hello', 'deposit'])).to.deep.include({
      transactionId: '1',
      kind: 'payment',
      amount: 7n,
      metadata: { note: 'hello' }
    })
  })

  it('must have every column that is mapped', () => {
    expect(columnsIn(HEADER, { currency: 'EUR', map: { Betrag: 'amount' } }))
      .to.have.property('missing')
      .that.includes('a column "Betrag"')
  })
})

describe('a row of a file', () => {
  const good = {
    transactionId: 't1',
    date: '2025-01-31',
    accountId: 'a',
    kind: 'payment',
    operation: 'rent',
    amount: '7',
    balanceAfter: '-3'
  }
  const parse = (change: Partial<typeof good>, settings: Partial<ImportSettings> = {}) =>
    rowOf(rulesOf(HEADER, settings), 9, Object.values({ ...good, ...change }))

  it('keeps date and operation as metadata', () => {
    expect(parse({})).to.deep.include({
      balanceAfter: -3n,
      day: '2025-01-31',
      metadata: { date: '2025-01-31', operation: 'rent' }
    })
    expect(parse({ date: '', operation: '' })).to.deep.include({ metadata: {} })
  })

  it('does not miss a balance that the file leaves out', () => {
    expect(parse({ balanceAfter: '' })).to.deep.include({ balanceAfter: undefined, amount: 7n })
  })

  for (const word of ['Deposit', 'CREDIT', 'cr']) {
    it(`is a deposit when its kind is ${word}`, () =>
      expect(parse({ kind: word })).to.deep.include({ kind: 'deposit' }))
  }

  it('has kinds in words of its own, once told', () => {
    expect(parse({ kind: 'Gutschrift' })).to.have.property('reason')
    expect(parse({ kind: 'Gutschrift' }, { kinds: { gutschrift: 'deposit' } })).to.deep.include({ kind: 'deposit' })
  })

  for (const [change, reason] of [
    [{ kind: 'refund' }, 'expected the kind to be deposit or payment, got "refund"'],
    [{ kind: '__proto__' }, 'expected the kind to be deposit or payment, got "__proto__"'],
    [{ kind: 'constructor' }, 'expected the kind to be deposit or payment, got "constructor"'],
    [{ accountId: '' }, 'expected an accountId, got an empty field'],
    [{ transactionId: 'Total' }, 'expected a row, got a total line: "Total"'],
    [{ date: 'Summe:' }, 'expected a row, got a total line: "t1"'],
    [{ amount: '0' }, 'expected an amount above zero, got 0'],
    [{ balanceAfter: '1.5' }, 'balanceAfter: expected an amount in whole minor units']
  ] as const) {
    it(`is refused with ${JSON.stringify(change)}`, () => {
      expect(parse(change)).to.have.property('reason').that.includes(reason)
    })
  }

  it('is refused without a transactionId, unless ids are made of content, which need a date', () => {
    expect(parse({ transactionId: '' }))
      .to.have.property('reason')
      .that.includes('--ids content')
    expect(parse({ transactionId: '' }, { ids: 'content' })).to.deep.include({ transactionId: undefined })
    expect(parse({ transactionId: '', date: '' }, { ids: 'content' }))
      .to.have.property('reason')
      .that.includes('date')
  })

  it('has no sign beside a kind, unless the sign is what counts', () => {
    expect(parse({ kind: 'deposit', amount: '-4' }))
      .to.have.property('reason')
      .that.includes('--signed')
    expect(parse({ kind: 'deposit', amount: '-4' }, { signed: true })).to.deep.include({ kind: 'payment', amount: 4n })
    expect(parse({ kind: 'payment', amount: '4' }, { signed: true })).to.deep.include({ kind: 'deposit', amount: 4n })
  })

  it('is refused in another currency than that of the import', () => {
    const rules = rulesOf(['transactionId', 'accountId', 'kind', 'amount', 'currency'])
    expect(rowOf(rules, 2, ['1', 'a', 'deposit', '5', 'eur'])).to.deep.include({ amount: 5n })
    expect(rowOf(rules, 2, ['1', 'a', 'deposit', '5', 'USD'])).to.deep.equal({
      reason: 'expected amounts in EUR, got "USD"'
    })
  })

  it('has as many columns as the header, empty ones at the end aside', () => {
    const rules = rulesOf(HEADER)
    expect(rowOf(rules, 2, ['a', 'b'])).to.deep.equal({ reason: 'expected 7 columns as in the header, got 2' })
    expect(rowOf(rules, 2, [...Object.values(good), 'x'])).to.have.property('reason')
    expect(rowOf(rules, 2, [...Object.values(good), ''])).to.deep.include({ amount: 7n })
  })

  it('needs a date where an option names the account, so that no total line is taken for a row', () => {
    const rules = rulesOf(['transactionId', 'date', 'kind', 'amount'], { account: 'giro' })
    expect(rowOf(rules, 2, ['', '', 'deposit', '5'])).to.have.property('reason')
    expect(rowOf(rules, 2, ['9', '', 'deposit', '5']))
      .to.have.property('reason')
      .that.includes('date')
  })
})

describe('a row with a debit and a credit column', () => {
  const rules = (settings: Partial<ImportSettings> = {}) =>
    rulesOf(['transactionId', 'accountId', 'debit', 'credit'], { amounts: 'decimal', ...settings })

  it('takes a debit for a payment, and a credit for a deposit', () => {
    expect(rowOf(rules(), 2, ['1', 'a', '4.00', ''])).to.deep.include({ kind: 'payment', amount: 400n })
    expect(rowOf(rules(), 2, ['1', 'a', '0.00', '4.00'])).to.deep.include({ kind: 'deposit', amount: 400n })
  })

  for (const [debit, credit] of [
    ['', ''],
    ['0.00', '0.00'],
    ['1.00', '2.00'],
    ['-4.00', ''],
    ['x', '']
  ] as const) {
    it(`is refused with ${quoted(debit)} and ${quoted(credit)}`, () => {
      expect(rowOf(rules(), 2, ['1', 'a', debit, credit])).to.have.property('reason')
    })
  }

  it('may have signs that agree with the columns, once told', () => {
    expect(rowOf(rules({ signed: true }), 2, ['1', 'a', '-4.00', ''])).to.deep.include({
      kind: 'payment',
      amount: 400n
    })
    expect(rowOf(rules({ signed: true }), 2, ['1', 'a', '4.00', '']))
      .to.have.property('reason')
      .that.includes('below zero')
  })
})

describe('quoted', () => {
  it('keeps what could steer a terminal away from it', () => {
    expect(quoted('\u001b[2Jx\u009b\u202e')).to.equal('"\uFFFD[2Jx\uFFFD\uFFFD"')
  })
})
