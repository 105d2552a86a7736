import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { OVERDRAFT } from '../../examples/bank/customer.js'
import { bankLines } from '../../examples/bank/generate.js'
import { isClean } from '../../lib/cli/print-import.js'
import { importText } from '../support/csv-import.js'

interface Row {
  readonly transactionId: string
  readonly date: string
  readonly accountId: string
  readonly change: bigint
  readonly balanceAfter: bigint
}

function rowsOf(seed: number, rows: number): readonly Row[] {
  return [...bankLines({ seed, rows })].slice(1).map(line => {
    const [transactionId = '', date = '', accountId = '', kind, , amount = '', balanceAfter = ''] = line.split(',')
    const change = kind === 'deposit' ? BigInt(amount) : -BigInt(amount)
    return { transactionId, date, accountId, change, balanceAfter: BigInt(balanceAfter) }
  })
}

describe('the generated bank', () => {
  it('is the same for the same seed, and another for another', () => {
    const text = (seed: number) => [...bankLines({ seed, rows: 500 })].join('\n')
    expect(text(1)).to.equal(text(1))
    expect(text(1)).to.not.equal(text(2))
  })

  for (const rows of [1, 2, 61, 1_000]) {
    it(`has exactly ${rows} rows when asked for them`, () => {
      expect(rowsOf(3, rows)).to.have.lengthOf(rows)
    })
  }

  it('adds up, in order of days, and stays within the overdraft', () => {
    const rows = rowsOf(1, 30_000)
    const balances = new Map<string, bigint>()
    const wrong = rows.filter(({ accountId, change, balanceAfter }) => {
      const balance = (balances.get(accountId) ?? 0n) + change
      balances.set(accountId, balance)
      return balance !== balanceAfter || change === 0n || balance < -OVERDRAFT
    })
    expect(wrong).to.deep.equal([])
    expect(balances.size).to.equal(500)
    expect(new Set(rows.map(({ transactionId }) => transactionId)).size).to.equal(30_000)
    expect(rows.every(({ date }, index) => index === 0 || date >= rows[index - 1]!.date)).to.equal(true)
  })

  it('has a year with a rhythm, and customers who overdraw their accounts', () => {
    const rows = rowsOf(1, 30_000)
    const inMonth = (month: string) => rows.filter(({ date }) => date.startsWith(`2025-${month}`)).length
    expect(rows.at(-1)!.date).to.match(/^202(5-12|6-01)/)
    expect(inMonth('12')).to.be.greaterThan(inMonth('10'))
    expect(rows.filter(({ balanceAfter }) => balanceAfter < 0n)).to.have.lengthOf.at.least(100)
  })

  it('is imported without a decline, every balance right', async () => {
    const text = [...bankLines({ seed: 5, rows: 3_000 })].map(line => `${line}\n`).join('')
    await using processor = await openPaymentProcessor()
    const report = await importText(processor, text, { settings: { overdraftLimit: OVERDRAFT } })
    expect(report.imported).to.equal(3_000)
    expect(report.runningBalances).to.include({ compared: 3_000, equal: 3_000 })
    expect(isClean(report)).to.equal(true)
  })
})
