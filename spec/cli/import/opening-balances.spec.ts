import { expect } from 'chai'
import type { PaymentProcessor } from 'bursar'
import { ImportFileError } from '../../../lib/cli/import/settings.js'
import { exampleLines, isClean, summaryOf } from '../../../lib/cli/print-import.js'
import { importRows } from '../../support/csv-import.js'
import { describeOnEveryStore } from '../../support/on-every-store.js'

describeOnEveryStore('an import with balances before the first row', scene => {
  let processor: PaymentProcessor

  beforeEach(async () => {
    processor = await scene.open()
  })

  it('books nothing of a file that shows an opening balance, until told what to do with it', async () => {
    const rows = ['1,,chk,payment,,660,72101', '2,,chk,payment,,31667,40434']
    const refused = await importRows(processor, rows).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ImportFileError).with.property('message').that.includes('--opening file')
    expect(await processor.getTransactionCount()).to.equal(0)

    const report = await importRows(processor, rows, { settings: { opening: 'file' } })
    expect(report.openings).to.include({ count: 1, amount: 72761n })
    expect(report.runningBalances).to.include({ compared: 2, equal: 2 })
    const again = await importRows(processor, rows, { settings: { opening: 'file' } })
    expect(again).to.include({ imported: 0, replayed: 2 })
    expect(again.openings.count).to.equal(0)
  })

  it('books the opening balance of an account that has only declined rows so far', async () => {
    const rows = ['1,,chk,payment,,660,72101', '2,,chk,payment,,31667,40434']
    await importRows(processor, rows, { settings: { opening: 'none' } })
    expect((await processor.getBalance('chk')).posted).to.equal(0n)
    const healed = await importRows(processor, rows, { settings: { opening: 'file' } })
    expect(healed).to.include({ imported: 2 })
    expect(healed.finalBalances).to.include({ compared: 1, equal: 1 })
    expect((await processor.getBalance('chk')).posted).to.equal(40434n)
  })

  it('says that an opening balance was not booked, and counts the rows behind it as what they are', async () => {
    await processor.createAccount({ accountId: 'chk', currency: 'CZK', overdraftLimit: 1_000 })
    await processor.freezeAccount({ accountId: 'chk', direction: 'debits', reason: 'a look', idempotencyKey: 'freeze' })
    const rows = ['1,,chk,deposit,,100,-400', '2,,chk,deposit,,100,-300', '3,,chk,payment,,50,-350']
    const settings = { opening: 'file', overdraftLimit: 1_000n } as const
    const report = await importRows(processor, rows, { settings })
    expect(report).to.include({ imported: 2 })
    expect(report.badRows.count).to.equal(0)
    expect([...report.declined.byCode]).to.deep.equal([['account_frozen', 1]])
    expect(report.sums.imported.deposits.amount).to.equal((await processor.getBalance('chk')).posted)
    expect(report.openings.count).to.equal(0)
    expect(report.openingsRefused.count).to.equal(1)
    expect(report.openingsRefused.first[0]).to.include({ accountId: 'chk', balance: -500n })
    expect(report.openingsRefused.first[0]!.reason).to.include('frozen')
    expect(report.runningBalances.first[0]).to.include({ line: 2, ledger: 100n, file: -400n })
    expect(isClean(report)).to.equal(false)
    expect(summaryOf(report)).to.include('1 opening balance not booked')
    expect(exampleLines(report, 'CZK').join('\n')).to.match(
      /^Opening balances not booked:\n {2}account "chk": -5\.00 CZK: /m
    )
  })

  it('takes an opening balance as a value, also one below zero', async () => {
    const settings = { opening: -500n, overdraftLimit: 1_000n }
    const report = await importRows(processor, ['1,,chk,deposit,,200,-300'], { settings })
    expect(report.finalBalances).to.include({ compared: 1, equal: 1 })
    const tooLow = importRows(processor, ['1,,low,deposit,,200,-300'], { settings: { opening: -500n } })
    expect(await tooLow.catch((error: unknown) => error)).to.be.instanceOf(ImportFileError)
    const two = importRows(processor, ['1,,x,deposit,,1,', '1,,y,deposit,,1,'], { settings: { opening: 5n } })
    expect(await two.catch((error: unknown) => error)).to.be.instanceOf(ImportFileError)
  })
})
