import { expect } from 'chai'
import { approval, collect } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('Verification', scene => {
  it('finds nothing in an empty ledger', async () => {
    const bursar = await scene.open()
    const report = { ok: true, entries: 0, accounts: 0, headHash: '0'.repeat(64), rulesFrom: 1, problems: [] }
    expect(await bursar.verify()).to.deep.equal(report)
  })

  it('rebuilds every balance from the journal, and names the head', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const request = { accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'p' }
    const { transactionId } = await approval(bursar.processPayment(request))
    await bursar.refundPayment({ accountId: 'alice', originalTransactionId: transactionId, idempotencyKey: 'r' })
    await bursar.processPayment({ accountId: 'alice', amount: 999n, idempotencyKey: 'declined' })
    const journal = await collect(bursar.journal())
    // Alice, the shop and the funding account; the settlement account was never used.
    const report = { ok: true, entries: 5, accounts: 3, headHash: journal.at(-1)!.hash, rulesFrom: 1, problems: [] }
    expect(await bursar.verify()).to.deep.equal(report)
    await bursar.close()
    expect(await (await scene.open()).verify()).to.deep.equal(report)
  })

  it('takes into account everything submitted before it', async () => {
    const bursar = await scene.given({ alice: 100n })
    const calls = [1, 2, 3].map(n => bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${n}` }))
    const report = await bursar.verify()
    expect(report).to.include({ ok: true })
    expect(report.entries).to.be.at.least(4)
    await Promise.all(calls)
  })

  it('holds beside a running writer: payments go on, and the report is of one moment', async () => {
    const bursar = await scene.given({ alice: 5_000n })
    const pay = (from: number) =>
      Promise.all(
        Array.from({ length: 1_200 }, (_, index) =>
          bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${from + index}` })
        )
      )
    await pay(0)
    const [report] = await Promise.all([bursar.verify(), pay(1_200)])
    expect(report.problems).to.deep.equal([])
    expect(report.entries).to.be.at.least(1_201)
    expect(await bursar.verify()).to.include({ ok: true, entries: 2_401 })
  })

  it('lets others have their turns, however long the journal', async () => {
    const bursar = await scene.given({ alice: 5_000n })
    const pay = (n: number) => bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${n}` })
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => pay(n)))
    let turns = 0
    let isRunning = true
    const count = () => {
      turns++
      if (isRunning) setImmediate(count)
    }
    await bursar.getTransactionCount()
    const verified = bursar.verify()
    count()
    await verified
    isRunning = false
    // One for each thousand entries, and for each table that is compared.
    expect(turns).to.be.at.least(6)
  })
})
