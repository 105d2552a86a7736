import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { importInto } from '../../lib/cli/import/import-into.js'
import { fileSource } from '../../lib/cli/import/source.js'
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
          await using source = await fileSource(FILE)
          const run = () => importInto(processor, { source, settings: { currency: 'CZK', overdraftLimit: OVERDRAFT } })

          const first = await run()
          expect(first).to.include({ imported: ROWS, replayed: 0, accountsCreated: 1_111 })
          expect(first.runningBalances).to.include({ compared: ROWS, equal: ROWS })
          expect(isClean(first)).to.equal(true)
          const { ok, headHash } = await processor.verify()
          expect(ok).to.equal(true)

          const second = await run()
          expect(second).to.include({ imported: 0, replayed: ROWS })
          expect(second.finalBalances).to.include({ compared: 1_111, equal: 1_111 })
          expect((await processor.verify()).headHash).to.equal(headHash)
        } finally {
          ledger.dispose()
        }
      })
    })
  }

  describe("a real bank's year without overdraft", function () {
    this.timeout(120_000)

    it('declines six payments, and says of every balance whether it is equal, or apart by these', async () => {
      await using processor = await openPaymentProcessor()
      await using source = await fileSource(FILE)
      const report = await importInto(processor, { source, settings: { currency: 'CZK' } })
      expect([...report.declined.byCode]).to.deep.equal([['insufficient_funds', 6]])
      expect(report.declined.first.map(({ accountId }) => accountId)).to.deep.equal([
        '4034',
        '5740',
        '5868',
        '1539',
        '9203',
        '5442'
      ])
      expect(report.runningBalances).to.include({ compared: ROWS - 6, count: 0 })
      // Six accounts have more than the file says, by exactly what was declined.
      expect(report.finalBalances).to.include({ compared: 1_111, equal: 1_105, explained: 6, count: 6 })
    })
  })
}
