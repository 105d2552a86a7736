import { expect } from 'chai'
import type { PaymentProcessor } from 'bursar'
import { importCsv } from '../../lib/cli/import-csv.js'
import { isClean } from '../../lib/cli/print-import.js'
import { CLEAN, importRows, lines, stateOf } from '../support/csv-import.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('importCsv', scene => {
  let processor: PaymentProcessor

  beforeEach(async () => {
    processor = await scene.open()
  })

  it('moves the money of every row and finds every running balance', async () => {
    const report = await importRows(processor, CLEAN)
    expect(report).to.include({ imported: 5, replayed: 0, accountsCreated: 2, accountsFound: 0, interrupted: false })
    expect(report.runningBalances).to.include({ compared: 5, count: 0 })
    expect(report.finalBalances).to.include({ compared: 2, count: 0 })
    expect(isClean(report)).to.equal(true)
    expect((await processor.getBalance('alice')).posted).to.equal(500n)
    expect((await processor.getBalance('bob')).posted).to.equal(0n)
    expect((await processor.verify()).ok).to.equal(true)
  })

  it('keeps date and operation with the transaction', async () => {
    await importRows(processor, CLEAN)
    const kept = []
    for await (const { idempotencyKey, metadata } of processor.listTransactions({ accountId: 'alice' })) {
      kept.push({ idempotencyKey, metadata })
    }
    expect(kept.at(-1)).to.deep.equal({
      idempotencyKey: 'csv:4',
      metadata: { date: '2025-01-03', operation: 'food, drink' }
    })
  })

  it('replays every key the second time and moves no money', async () => {
    await importRows(processor, CLEAN)
    const before = await stateOf(processor)
    const report = await importRows(processor, CLEAN)
    expect(report).to.include({ imported: 0, replayed: 5, accountsCreated: 0, accountsFound: 2 })
    expect(report.runningBalances.compared).to.equal(0)
    expect(report.finalBalances).to.include({ compared: 2, count: 0 })
    expect(isClean(report)).to.equal(true)
    expect(await stateOf(processor)).to.deep.equal(before)
  })

  it('imports what is new in a file that has grown', async () => {
    await importRows(processor, CLEAN.slice(0, 3))
    const report = await importRows(processor, CLEAN)
    expect(report).to.include({ imported: 2, replayed: 3 })
    expect(report.runningBalances).to.include({ compared: 2, count: 0 })
  })

  it('reports a declined row, and compares what follows net of it', async () => {
    const rows = ['1,,alice,deposit,,100,100', '2,,alice,payment,,150,-50', '3,,alice,deposit,,10,-40']
    const report = await importRows(processor, rows)
    expect(report.declined.count).to.equal(1)
    expect([...report.declined.byCode]).to.deep.equal([['insufficient_funds', 1]])
    expect(report.declined.first).to.deep.equal([
      {
        line: 3,
        accountId: 'alice',
        code: 'insufficient_funds',
        message: 'Insufficient funds. Balance: 100, Required: 150'
      }
    ])
    expect(report.lowestBalanceTold).to.equal(-50n)
    expect(report.runningBalances).to.include({ compared: 2, count: 0 })
    expect(report.finalBalances).to.include({ compared: 1, count: 0 })
    expect(isClean(report)).to.equal(false)
    expect((await processor.getBalance('alice')).posted).to.equal(110n)
  })

  it('does not execute a declined row in a later run that could afford it', async () => {
    const rows = ['1,,alice,deposit,,100,100', '2,,alice,payment,,150,-50', '3,,alice,deposit,,900,850']
    await importRows(processor, rows)
    const before = await stateOf(processor)
    const report = await importRows(processor, rows)
    expect(report).to.include({ imported: 0, replayed: 2 })
    expect(report.declined.count).to.equal(1)
    expect(await stateOf(processor)).to.deep.equal(before)
  })

  it('lets accounts below zero as far as the overdraft goes', async () => {
    const rows = ['1,,alice,deposit,,100,100', '2,,alice,payment,,150,-50', '3,,alice,payment,,1,-51']
    const report = await importRows(processor, rows, { overdraftLimit: 50n })
    expect(report.imported).to.equal(2)
    expect(report.declined.first).to.have.lengthOf(1)
    expect(report.declined.first[0]).to.include({ line: 4 })
    expect(report.runningBalances).to.include({ compared: 2, count: 0 })
  })

  it('declines rows of an account that exists in another currency', async () => {
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000 })
    const report = await importRows(processor, ['1,,alice,payment,,10,90'])
    expect([...report.declined.byCode]).to.deep.equal([['currency_mismatch', 1]])
    expect(report).to.include({ accountsCreated: 0, accountsFound: 1 })
  })

  it('tells a balance that differs once, where it arises', async () => {
    const report = await importRows(processor, [
      '1,,alice,deposit,,100,100',
      '2,,alice,deposit,,100,201',
      '3,,alice,deposit,,100,301',
      '4,,bob,deposit,,5,5'
    ])
    expect(report.runningBalances).to.deep.include({
      compared: 4,
      count: 1,
      first: [{ line: 3, accountId: 'alice', expected: 201n, got: 200n }]
    })
    expect(report.finalBalances).to.deep.include({
      compared: 2,
      count: 1,
      first: [{ line: 4, accountId: 'alice', expected: 301n, got: 300n }]
    })
    expect(isClean(report)).to.equal(false)
  })

  it('compares nothing when the file tells no balances', async () => {
    const input = lines(['kind,amount,accountId,transactionId', 'deposit,5,alice,1', 'payment,2,alice,2'])
    const report = await importCsv(processor, { input, currency: 'CZK' })
    expect(report.imported).to.equal(2)
    expect(report.runningBalances.compared + report.finalBalances.compared).to.equal(0)
    expect(isClean(report)).to.equal(true)
  })
})
