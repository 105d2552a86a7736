import { expect } from 'chai'
import type { PaymentProcessor } from 'bursar'
import { isClean } from '../../../lib/cli/print-import.js'
import { CLEAN, importRows, importText, stateOf } from '../../support/csv-import.js'
import { describeOnEveryStore } from '../../support/on-every-store.js'

describeOnEveryStore('an import', scene => {
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
    expect(report.runningBalances).to.include({ compared: 2, equal: 1, explained: 1, count: 0 })
    expect(report.finalBalances).to.deep.include({
      compared: 1,
      equal: 0,
      explained: 1,
      first: [{ line: 4, accountId: 'alice', ledger: 110n, file: -40n, declined: -150n }]
    })
    expect(isClean(report)).to.equal(false)
    expect((await processor.getBalance('alice')).posted).to.equal(110n)
  })

  it('tries a declined row again in a later run, which ends as if the right file had come at once', async () => {
    const rows = ['1,,alice,payment,,150,', '2,,alice,deposit,,900,']
    expect((await importRows(processor, rows)).declined.count).to.equal(1)
    const report = await importRows(processor, rows)
    expect(report).to.include({ imported: 1, replayed: 1 })
    expect(report.declined.count).to.equal(0)
    expect((await processor.getBalance('alice')).posted).to.equal(750n)
    expect(await importRows(processor, rows)).to.include({ imported: 0, replayed: 2 })
  })

  it('books a row whose decline an earlier version has pinned, once', async () => {
    await processor.createAccount({ accountId: 'alice', currency: 'CZK' })
    const pinned = { accountId: 'alice', amount: 150n, idempotencyKey: 'csv:2', onDecline: 'keep' } as const
    expect(await processor.processPayment(pinned)).to.include({ success: false })
    const rows = ['1,,alice,deposit,,900,900', '2,,alice,payment,,150,750']
    const report = await importRows(processor, rows)
    expect(report).to.include({ imported: 2, healed: 1, replayed: 0 })
    expect(report.finalBalances).to.include({ compared: 1, equal: 1 })
    expect(isClean(report)).to.equal(true)
    expect(await importRows(processor, rows)).to.include({ imported: 0, replayed: 2 })
    expect((await processor.getBalance('alice')).posted).to.equal(750n)
  })

  it('books a row whose pinned decline has lost its answer, once', async () => {
    await processor.createAccount({ accountId: 'alice', currency: 'CZK' })
    const pinned = { accountId: 'alice', amount: 150n, idempotencyKey: 'csv:2', onDecline: 'keep' } as const
    expect(await processor.processPayment(pinned)).to.include({ success: false })
    const asked = { actor: 'ops', reason: 'short answers', idempotencyKey: 'lifetimes' }
    await processor.setKeyLifetimes({ answerTtlMs: 0, ...asked })
    const rows = ['1,,alice,deposit,,900,900', '2,,alice,payment,,150,750']
    expect(await importRows(processor, rows)).to.include({ imported: 2, healed: 1, replayed: 0 })
    expect(await importRows(processor, rows)).to.include({ imported: 0, replayed: 2 })
    expect((await processor.getBalance('alice')).posted).to.equal(750n)
  })

  it('books one id once, whether or not the file was mended after the row had been declined', async () => {
    const first = ['1,,alice,payment,,15000,']
    const mended = ['1,,alice,payment,,150,']
    expect((await importRows(processor, first)).declined.count).to.equal(1)
    await processor.deposit({ accountId: 'alice', amount: 20_000n, idempotencyKey: 'salary' })
    const report = await importRows(processor, mended)
    expect(report).to.include({ imported: 0 })
    expect(report.badRows.first).to.deep.equal([
      {
        line: 2,
        reason:
          'expected the same row as before under this id, got another amount; ' +
          'it was declined then: give this row an id of its own'
      }
    ])
    expect(await importRows(processor, first)).to.include({ imported: 1 })
    expect((await processor.getBalance('alice')).posted).to.equal(5_000n)
  })

  it('raises the overdraft limit of accounts found when told to, so that a re-run can heal', async () => {
    const rows = ['1,,alice,payment,,50,']
    expect((await importRows(processor, rows)).declined.count).to.equal(1)
    const report = await importRows(processor, rows, { settings: { overdraftLimit: 50n } })
    expect(report).to.include({ imported: 1, limitsRaised: 1 })
    expect(await importRows(processor, rows, { settings: { overdraftLimit: 20n } })).to.include({ limitsRaised: 0 })
    expect((await processor.getAccount('alice')).overdraftLimit).to.equal(50n)
  })

  it('lets accounts below zero as far as the overdraft goes', async () => {
    const rows = ['1,,alice,deposit,,100,100', '2,,alice,payment,,150,-50', '3,,alice,payment,,1,-51']
    const report = await importRows(processor, rows, { settings: { overdraftLimit: 50n } })
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

  it('books rows that were declined for a wrong --currency when the right one is given, once', async () => {
    await processor.createAccount({ accountId: 'alice', currency: 'USD' })
    const rows = ['1,,alice,deposit,,10,10']
    const wrong = await importRows(processor, rows)
    expect([...wrong.declined.byCode]).to.deep.equal([['currency_mismatch', 1]])
    const settings = { currency: 'USD' }
    expect(await importRows(processor, rows, { settings })).to.include({ imported: 1 })
    expect(await importRows(processor, rows, { settings })).to.include({ imported: 0, replayed: 1 })
    expect(await importRows(processor, rows)).to.include({ imported: 0 })
    expect((await processor.getBalance('alice')).posted).to.equal(10n)
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
      equal: 2,
      explained: 1,
      count: 1,
      first: [{ line: 3, accountId: 'alice', ledger: 200n, file: 201n, declined: 0n }]
    })
    expect(report.finalBalances).to.deep.include({
      compared: 2,
      equal: 1,
      explained: 0,
      count: 1,
      first: [{ line: 4, accountId: 'alice', ledger: 300n, file: 301n, declined: 0n }]
    })
    expect(isClean(report)).to.equal(false)
  })

  it('compares nothing when the file tells no balances', async () => {
    const report = await importText(
      processor,
      'kind,amount,accountId,transactionId\ndeposit,5,alice,1\npayment,2,alice,2\n'
    )
    expect(report.imported).to.equal(2)
    expect(report.runningBalances.compared + report.finalBalances.compared).to.equal(0)
    expect(isClean(report)).to.equal(true)
  })

  it('sums up what became of the money of the file', async () => {
    await importRows(processor, ['1,,alice,deposit,,100,'])
    const { file, sums } = await importRows(processor, [
      '1,,alice,deposit,,100,',
      '2,,alice,payment,,30,',
      '3,,alice,payment,,500,'
    ])
    expect(file.deposits).to.include({ count: 1, amount: 100n })
    expect(file.payments).to.include({ count: 2, amount: 530n })
    expect(sums.imported.payments).to.include({ count: 1, amount: 30n })
    expect(sums.replayed.deposits).to.include({ count: 1, amount: 100n })
    expect(sums.declined.payments).to.include({ count: 1, amount: 500n })
  })

  for (const balances of [true, false]) {
    it(`books a file that has the newest row first from its end${balances ? '' : ', as its dates show'}`, async () => {
      const rows = CLEAN.map(row => (balances ? row : row.replace(/\d+$/, ''))).reverse()
      const report = await importRows(processor, rows)
      expect(report.file.order).to.equal('newest-first')
      expect(report).to.include({ imported: 5 })
      expect(report.declined.count).to.equal(0)
      expect(report.finalBalances.equal).to.equal(balances ? 2 : 0)
      expect(await importRows(processor, CLEAN)).to.include({ imported: 0, replayed: 5 })
    })
  }

  it('books many rows from the end, in any piece of the file', async () => {
    const rows = Array.from(
      { length: 3_500 },
      (_, index) => `${index},,acc-${index % 3},deposit,,7,${(Math.floor(index / 3) + 1) * 7}`
    )
    const bad = 'x,,acc-1,gift,"two\nlines",1,'
    const report = await importRows(processor, [...rows.slice(0, 1_500), bad, ...rows.slice(1_500)].reverse(), {
      skipBad: true
    })
    expect(report.file.order).to.equal('newest-first')
    expect(report.runningBalances).to.include({ compared: 3_500, equal: 3_500 })
    expect(report.badRows.first.map(({ line }) => line)).to.deep.equal([2_002])
  })

  it('follows an order that it is told, whatever the file shows', async () => {
    const report = await importRows(processor, [...CLEAN].reverse(), {
      settings: { order: 'oldest-first', opening: 'none' }
    })
    expect(report.declined.count).to.be.greaterThan(0)
  })

  it('keeps rows that say the same apart where ids are made from content, and knows all of them again', async () => {
    const rows = [
      '1,2019-07-01,alice,deposit,,1000,',
      ',2019-07-24,alice,payment,coffee,149,',
      ',2019-07-24,alice,payment,coffee,149,',
      ',2019-07-25,alice,payment,coffee,149,'
    ]
    const report = await importRows(processor, rows, { settings: { ids: 'content' } })
    expect(report).to.include({ imported: 4 })
    expect(report.file).to.include({ withoutId: 3 })
    expect(report.file.alike).to.deep.include({ count: 1, first: [{ line: 4, accountId: 'alice' }] })
    const again = await importRows(processor, [rows[0]!, ...rows.slice(1).reverse()], { settings: { ids: 'content' } })
    expect(again).to.include({ imported: 0, replayed: 4 })
    expect((await processor.getBalance('alice')).posted).to.equal(553n)
  })
})
