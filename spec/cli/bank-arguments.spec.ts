import { expect } from 'chai'
import { bankArguments } from '../../examples/bank/arguments.js'
import { UsageError } from '../../lib/cli/exit-code.js'
import { OVERDRAFT } from '../../examples/bank/customer.js'

describe('the arguments of npm start', () => {
  it('generate a bank by default', () => {
    expect(bankArguments([])).to.deep.equal({
      file: undefined,
      seed: 1,
      rows: 30_000,
      databasePath: '.tmp/bank-1-30000.db',
      currency: 'CZK',
      overdraftLimit: OVERDRAFT
    })
  })

  it('give every generated bank a database of its own', () => {
    expect(bankArguments(['--seed', '7', '--rows', '10'])).to.include({ databasePath: '.tmp/bank-7-10.db' })
  })

  it('name the database after the file, and give its accounts no overdraft', () => {
    expect(bankArguments(['../data/czech.csv'])).to.include({
      file: '../data/czech.csv',
      databasePath: '.tmp/czech.db',
      overdraftLimit: 0n
    })
  })

  it('take options in any place', () => {
    const args = ['--overdraft', '600000', 'a.csv', '--db', 'x.db', '--currency', 'EUR']
    expect(bankArguments(args)).to.include({ overdraftLimit: 600_000n, databasePath: 'x.db', currency: 'EUR' })
  })

  it('ask for help', () => {
    expect(bankArguments(['--help'])).to.equal('help')
    expect(bankArguments(['a.csv', '-h'])).to.equal('help')
  })

  for (const args of [
    ['a.csv', 'b.csv'],
    ['a.csv', '--seed', '1'],
    ['a.csv', '--rows', '1'],
    ['--rows', '0'],
    ['--rows', '1e3'],
    ['--rows', '10000001'],
    ['--seed', '4294967296'],
    ['--seed', '-1'],
    ['--overdraft', '12.50'],
    ['--overdraft', '9223372036854775808'],
    ['--overdraft'],
    ['--currency', 'XXY'],
    ['--nonsense']
  ]) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => bankArguments(args)).to.throw(UsageError)
    })
  }
})
