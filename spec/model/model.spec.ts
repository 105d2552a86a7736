import fc from 'fast-check'
import { LEDGERS } from '../support/stores.js'
import { expectSameAgain } from './rerun.js'
import { SENT_COMMANDS, stepsOf } from './steps.js'
import { Trial } from './trial.js'

/** Many short lives in memory, fewer where every step ends on the disk. */
const RUNS: Readonly<Record<string, { readonly numRuns: number; readonly lengthMax: number }>> = {
  memory: { numRuns: 100, lengthMax: 30 },
  sqlite: { numRuns: 25, lengthMax: 25 }
}

describe('the ledger, compared with its reference model', () => {
  for (const { name, create } of LEDGERS) {
    const { numRuns, lengthMax } = RUNS[name]!

    it(`answers and keeps what the semantics say, whatever happens to it (${name} store)`, async () => {
      const property = fc.asyncProperty(stepsOf(SENT_COMMANDS, lengthMax), async steps => {
        const ledger = create()
        const trial = new Trial(ledger)
        try {
          await trial.begin()
          for (const step of steps) await trial.take(step)
          await trial.repeatEverything()
          await trial.expectWhole()
          if (name === 'memory') await expectSameAgain(trial.fold.entries)
        } finally {
          await trial.processor.close()
          ledger.dispose()
        }
      })
      await fc.assert(property, { numRuns })
    }).timeout(240_000)
  }
})
