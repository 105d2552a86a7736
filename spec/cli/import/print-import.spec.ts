import { expect } from 'chai'
import { FirstFew, Sum } from '../../../lib/cli/import/counted.js'
import { ImportTally } from '../../../lib/cli/import/import-report.js'
import type { ImportRow } from '../../../lib/cli/import/row.js'
import { exampleLines, isClean, summaryOf, totalLines } from '../../../lib/cli/print-import.js'
import { verificationLines } from '../../../lib/cli/print-verification.js'

const DECLINED = { line: 7, accountId: 'alice', code: 'insufficient_funds', message: 'Insufficient funds.' } as const
const DIFFERENCE = { line: 9, accountId: 'bob', ledger: -5n, file: 1250n, declined: 0n }

function newTally(): ImportTally {
  return new ImportTally(
    {
      rows: 0,
      deposits: new Sum(),
      payments: new Sum(),
      badRows: new FirstFew(),
      withoutId: 0,
      alike: new FirstFew(),
      order: 'unknown',
      firstDay: undefined,
      lastDay: undefined
    },
    500n
  )
}

describe('the printed import report', () => {
  it('has totals with grouped digits, and no examples, after a clean import', () => {
    const tally = newTally()
    tally.imported = 27_215
    tally.elapsedMs = 2_000
    expect(totalLines(tally, 'CZK').join('\n'))
      .to.match(/^Imported +27,215$/m)
      .and.match(/^Throughput +13,608 rows\/s \(27,215 in 2,000 ms\)$/m)
      .and.match(/^Running balances +none to compare$/m)
    expect(exampleLines(tally, 'CZK')).to.deep.equal([])
    expect(summaryOf(tally)).to.equal('Imported 27,215 rows, each exactly once.')
    expect(isClean(tally)).to.equal(true)
  })

  it('has the money of the file beside what became of it', () => {
    const tally = newTally()
    tally.file.deposits.add(1_250_00n)
    tally.file.payments.add(30_00n)
    tally.sums.imported.add({ kind: 'deposit', amount: 1_250_00n } as ImportRow)
    tally.sums.declined.add({ kind: 'payment', amount: 30_00n } as ImportRow)
    expect(totalLines(tally, 'CZK').join('\n'))
      .to.match(/^ +Deposits CZK +Payments CZK$/m)
      .and.match(/^In the file +1250\.00 +30\.00$/m)
      .and.match(/^Booked now +1250\.00 +0\.00$/m)
      .and.match(/^Declined +0\.00 +30\.00$/m)
  })

  it('prints the first twenty bad rows and counts the others', () => {
    const tally = newTally()
    for (let line = 2; line < 27; line += 1) tally.badRows.add({ line, reason: 'no good' })
    const printed = exampleLines(tally, 'CZK')
    expect(printed.filter(text => text.includes('no good'))).to.have.lengthOf(20)
    expect(printed).to.include('  line 2: no good').and.to.include('  … and 5 more')
    expect(summaryOf(tally)).to.equal('Nothing was imported. Needs a look: 25 bad rows left out.')
    expect(isClean(tally)).to.equal(false)
  })

  it('says that declined rows are tried again, and which overdraft lets them in', () => {
    const tally = newTally()
    tally.replayed = 1
    tally.declined.add(DECLINED)
    expect(exampleLines(tally, 'CZK').join('\n'))
      .to.include('line 7: account "alice": Insufficient funds.')
      .and.include('--overdraft 500 ')
    expect(totalLines(tally, 'CZK').join('\n')).to.match(/^Declined +1 \(insufficient_funds 1\)$/m)
    expect(summaryOf(tally)).to.equal(
      'Nothing new: 1 row already in the ledger, and no money moved. ' +
        'Needs a look: 1 declined (the next import tries them again).'
    )
  })

  it('calls a match only what is equal, and prints ledger, file and declined side by side', () => {
    const tally = newTally()
    tally.runningBalances.note('equal')
    tally.runningBalances.note('known')
    tally.finalBalances.note(DIFFERENCE)
    tally.finalBalances.note({ ...DIFFERENCE, line: 10, accountId: 'eve', file: -15n, declined: -10n })
    const totals = totalLines(tally, 'CZK').join('\n')
    expect(totals).to.match(/^Running balances +1 of 2 match; 1 differs only by what is listed$/m)
    expect(totals).to.match(/^Final balances +0 of 2 match; 1 differs only by what is listed$/m)
    const printed = exampleLines(tally, 'CZK').filter(text => text.includes('account'))
    expect(printed).to.deep.equal([
      '  line 9: account "bob": ledger -0.05, file 12.50 CZK',
      '  line 10: account "eve": ledger -0.05, file -0.15, declined -0.10 CZK'
    ])
    expect(summaryOf(tally)).to.include('2 final balances not as in the file')
    expect(isClean(tally)).to.equal(false)
  })
})

describe('the printed verification report', () => {
  const report = { ok: true, entries: 1_234, accounts: 5, rulesFrom: 1, headHash: 'ab12', problems: [] }

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
