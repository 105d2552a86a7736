import { createReadStream, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { importCsv } from '../../lib/cli/import-csv.js'
import { isClean } from '../../lib/cli/print-import.js'
import { LEDGERS } from '../support/stores.js'

/** A year of a real bank, published for the PKDD'99 Discovery Challenge; too large for this repository. */
const FILE = fileURLToPath(new URL('../../../shared/data/czech-bank-1993.csv', import.meta.url))
const ROWS = 27_215
/** The lowest balance of the year. */
const OVERDRAFT = 534_370n

// Where the file is not, the suite has one spec less; a skipped spec would look like a promise.
if (existsSync(FILE)) {
  for (const { name, create } of LEDGERS) {
    describe(`a real bank's year over ${name}`, function () {
      this.timeout(120_000)

      it('matches every running balance, and replays without moving money', async () => {
        const ledger = create()
        try {
          await using processor = await openPaymentProcessor({ store: ledger.store() })
          const run = () =>
            importCsv(processor, { input: createReadStream(FILE), currency: 'CZK', overdraftLimit: OVERDRAFT })

          const first = await run()
          expect(first).to.include({ imported: ROWS, replayed: 0, accountsCreated: 1_111 })
          expect(first.runningBalances).to.include({ compared: ROWS, count: 0 })
          expect(isClean(first)).to.equal(true)
          const { ok, headHash } = await processor.verify()
          expect(ok).to.equal(true)

          const second = await run()
          expect(second).to.include({ imported: 0, replayed: ROWS })
          expect(second.finalBalances).to.include({ compared: 1_111, count: 0 })
          expect((await processor.verify()).headHash).to.equal(headHash)
        } finally {
          ledger.dispose()
        }
      })
    })
  }

  describe("a real bank's year without overdraft", () => {
    it('declines six payments, and matches every other balance net of these', async () => {
      await using processor = await openPaymentProcessor()
      const report = await importCsv(processor, { input: createReadStream(FILE), currency: 'CZK' })
      expect([...report.declined.byCode]).to.deep.equal([['insufficient_funds', 6]])
      expect(report.declined.first.map(({ accountId }) => accountId)).to.deep.equal([
        '4034',
        '5740',
        '5868',
        '1539',
        '9203',
        '5442'
      ])
      expect(report.lowestBalanceTold).to.equal(-OVERDRAFT)
      expect(report.runningBalances).to.include({ compared: ROWS - 6, count: 0 })
      expect(report.finalBalances).to.include({ compared: 1_111, count: 0 })
    })
  })
}
