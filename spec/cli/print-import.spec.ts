import { expect } from 'chai'
import { ImportTally } from '../../lib/cli/import-report.js'
import { exampleLines, isClean, summaryOf, totalLines } from '../../lib/cli/print-import.js'
import { verificationLines } from '../../lib/cli/print-verification.js'

const DECLINED = { line: 7, accountId: 'alice', code: 'insufficient_funds', message: 'Insufficient funds.' } as const
const DIFFERENCE = { line: 9, accountId: 'bob', expected: 1250n, got: -5n }

describe('the printed import report', () => {
  it('has totals with grouped digits, and no examples, after a clean import', () => {
    const tally = new ImportTally()
    tally.imported = 27_215
    tally.elapsedMs = 2_000
    expect(totalLines(tally).join('\n'))
      .to.match(/^Imported +27,215$/m)
      .and.match(/^Throughput +13,608 payments\/s \(27,215 in 2,000 ms\)$/m)
      .and.match(/^Running balances +none to compare$/m)
    expect(exampleLines(tally, 'CZK')).to.deep.equal([])
    expect(summaryOf(tally)).to.equal('Imported 27,215 payments and deposits, each exactly once.')
    expect(isClean(tally)).to.equal(true)
  })

  it('has the right plural for one of each', () => {
    const tally = new ImportTally()
    tally.imported = 1
    tally.badLines.add({ line: 2, reason: 'no good' })
    expect(summaryOf(tally)).to.equal('Imported 1 payment or deposit exactly once. Needs a look: 1 bad line left out.')
    tally.imported = 0
    tally.replayed = 1
    expect(summaryOf(tally)).to.contain('Nothing new: 1 key was replayed and no money moved.')
  })

  it('prints the first twenty bad lines and counts the others', () => {
    const tally = new ImportTally()
    for (let line = 2; line < 27; line += 1) tally.badLines.add({ line, reason: 'no good' })
    const printed = exampleLines(tally, 'CZK')
    expect(printed.filter(text => text.includes('no good'))).to.have.lengthOf(20)
    expect(printed).to.include('  line 2: no good').and.to.include('  … and 5 more')
    expect(summaryOf(tally)).to.equal('Nothing was imported. Needs a look: 25 bad lines left out.')
    expect(isClean(tally)).to.equal(false)
  })

  it('says which overdraft would have let the declined rows in', () => {
    const tally = new ImportTally()
    tally.replayed = 3
    tally.declined.add(DECLINED)
    tally.told(-500n)
    tally.told(20n)
    const printed = exampleLines(tally, 'CZK').join('\n')
    expect(printed).to.include('line 7: account "alice": Insufficient funds.').and.to.include('--overdraft 500')
    expect(totalLines(tally).join('\n')).to.match(/^Declined +1 \(insufficient_funds 1\)$/m)
    expect(summaryOf(tally)).to.equal('Nothing new: 3 keys were replayed and no money moved. Needs a look: 1 declined.')
  })

  it('prints balances that differ in major units', () => {
    const tally = new ImportTally()
    tally.runningBalances.compare(undefined)
    tally.runningBalances.compare(DIFFERENCE)
    tally.finalBalances.compare(DIFFERENCE)
    const printed = exampleLines(tally, 'CZK').filter(text => text.includes('"bob"'))
    expect(printed).to.deep.equal(Array(2).fill('  line 9: account "bob": expected 12.50, got -0.05 CZK'))
    expect(totalLines(tally).join('\n')).to.match(/^Running balances +1 of 2 match$/m)
    expect(isClean(tally)).to.equal(false)
  })
})

describe('the printed verification report', () => {
  const report = { ok: true, entries: 1_234, accounts: 5, headHash: 'ab12', problems: [] }

  it('says that the ledger verifies', () => {
    expect(verificationLines(report).join('\n'))
      .to.match(/^Verification +ok \(1,234 entries, 5 accounts\)$/m)
      .and.match(/^Head +ab12$/m)
  })

  it('says what is wrong', () => {
    const problems = [{ sequence: 7, accountId: null, message: 'Entry 7 was changed.' }]
    expect(verificationLines({ ...report, ok: false, problems }).join('\n'))
      .to.match(/^Verification +1 problem /m)
      .and.include('Entry 7 was changed.')
  })
})
