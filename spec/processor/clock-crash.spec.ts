import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { acknowledgedIn } from '../support/after-a-crash.js'
import { approval, collect } from '../support/expectations.js'
import { startLedgerProcess } from '../support/ledger-process.js'
import { numberedPayment } from '../support/numbered-payments.js'
import { temporaryDirectory } from '../support/stores.js'

const HOUR_MS = 3_600_000
const AHEAD_MS = 60 * 24 * HOUR_MS

describe('A process that is killed as soon as it has answered under a wrong date', () => {
  const directory = temporaryDirectory()
  const path = `${directory.path}/payments.db`
  after(() => directory.dispose())

  it('leaves a ledger that does not believe the date either, and knows every key', async () => {
    const victim = startLedgerProcess(path)
    let lines: readonly string[]
    try {
      victim.tell('open')
      expect(await victim.nextLine()).to.equal('opened')
      victim.tell(`jump ${AHEAD_MS}`)
      victim.tell('pay 0')
      lines = [await victim.nextLine(), ...(await victim.kill())]
    } finally {
      await victim.kill()
    }
    const clock = { now: () => Date.now() + AHEAD_MS }
    await using bursar = await openPaymentProcessor({ store: sqliteStore({ path }), clock })
    expect(bursar.clock.trusted).to.equal(false)
    for (const [number, id] of acknowledgedIn(lines)) {
      const { transactionId, replayed } = await approval(bursar.processPayment(numberedPayment(number)))
      expect({ transactionId, replayed }).to.deep.equal({ transactionId: id, replayed: true })
    }
    const latest = (await collect(bursar.journal())).at(-1)!.timestamp
    expect(latest.getTime()).to.be.below(Date.now() + HOUR_MS)
  }).timeout(120_000)
})
