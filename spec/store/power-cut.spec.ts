import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { acknowledgedIn, expectWhole, lostIn, type NumberedIds } from '../support/after-a-crash.js'
import { cutDisk, type CutDisk } from '../support/cut-disk.js'
import { eatMyData, faultyDisk, type FaultyDisk } from '../support/faulty-disk.js'
import { startLedgerProcess } from '../support/ledger-process.js'

/** How many payments are answered before the cut. */
const ANSWERS = [1 + upTo(10), 300 + upTo(300), 3_000 + upTo(1_000)]
/** The kernel may have written everything by itself just before a cut; that it does so every time is out of the question. */
const CUTS_MAX = 5

function upTo(max: number): number {
  return Math.floor(Math.random() * max)
}

/** Says why, and skips what cannot be tested on this machine. */
function unless<T extends object>(made: T | { readonly missing: string }, context: Mocha.Context): T {
  if (!('missing' in made)) return made
  console.log(`      skipped: ${made.missing}`)
  return context.skip()
}

describe('a power cut while many pay', function () {
  this.timeout(300_000)
  let disk: CutDisk | undefined
  let faulty: FaultyDisk | undefined

  afterEach(() => {
    disk?.dispose()
    faulty?.dispose()
    disk = faulty = undefined
  })

  /** Pays on a disk of its own until the power is cut. What was answered before, and where the ledger is after. */
  async function payUntilCut(
    disk: CutDisk,
    { answers, environment = {} }: { readonly answers: number; readonly environment?: NodeJS.ProcessEnv }
  ): Promise<{ readonly acknowledged: NumberedIds; readonly path: string }> {
    const founder = startLedgerProcess(join(disk.path, 'payments.db'))
    founder.tell('open')
    await founder.nextLine()
    founder.tell('close')
    await founder.nextLine()
    await founder.kill()

    const payer = startLedgerProcess(join(disk.path, 'payments.db'), { environment })
    try {
      payer.tell('open')
      await payer.nextLine()
      payer.tell('pay 0')
      const lines: string[] = []
      while (lines.length < answers) lines.push(await payer.nextLine())
      // What is answered from here until it stands still may survive or not: nobody has heard of it.
      payer.freeze()
      return { acknowledged: acknowledgedIn(lines), path: join(disk.cut(), 'payments.db') }
    } finally {
      await payer.kill()
    }
  }

  for (const answers of ANSWERS) {
    it(`loses nothing that was answered, cut after ${answers} answers`, async function () {
      disk = unless(cutDisk(), this)
      const { acknowledged, path } = await payUntilCut(disk, { answers })
      expect(acknowledged.size).to.equal(answers)
      await expectWhole(path, acknowledged)
    })
  }

  it('loses what was answered when the syncs are swallowed on their way to the disk: the proof that the other can fail', async function () {
    const environment = eatMyData() ?? (faulty = unless(faultyDisk(), this)).swallowingSyncs()
    let lost = 0
    for (let cut = 0; cut < CUTS_MAX && lost === 0; cut++) {
      disk?.dispose()
      disk = unless(cutDisk(), this)
      const { acknowledged, path } = await payUntilCut(disk, { answers: 300, environment })
      lost = existsSync(path) ? (await lostIn(path, acknowledged)).length : acknowledged.size
    }
    expect(lost).to.be.greaterThan(0)
  })
})
