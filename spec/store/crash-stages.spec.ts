import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { acknowledgedIn, expectWhole, type NumberedIds } from '../support/after-a-crash.js'
import { approval } from '../support/expectations.js'
import { faultyDisk, type FaultyDisk } from '../support/faulty-disk.js'
import { startLedgerProcess, type LedgerProcess, type LedgerProcessOptions } from '../support/ledger-process.js'
import { numberedPayment, openPayers } from '../support/numbered-payments.js'
import { temporaryDirectory } from '../support/stores.js'
import { makeWreck, type Wreck } from '../support/wreck.js'

type Stage = readonly [title: string, step: string, nth: number]

/** Where a process dies while it serves, from the decision to the tables that follow the journal. */
const SERVING: readonly Stage[] = [
  ['decided, and not sent to the writer', 'send commit', 20],
  ['sent, and nothing written', 'before UPDATE head SET sequence', 20],
  ['written, and not committed', 'before COMMIT of journal', 20],
  ['committed, and not acknowledged', 'after COMMIT of journal', 20],
  ['committed, and the acknowledgement on its way', 'reply', 20],
  ['the tables behind the journal, and their next step not begun', 'send beginTables', 1],
  ['in the middle of a piece of a step of the tables', 'before INSERT INTO chunks', 30],
  ['a piece of a step of the tables written, and not committed', 'before COMMIT of tables', 8],
  ['some pieces of a step of the tables committed, and others not', 'after COMMIT of tables', 8],
  ['a step of the tables written to its end, and not committed', 'before COMMIT of progress', 1],
  ['a step of the tables committed to its end', 'after COMMIT of progress', 1]
]

/** Where a process dies while it closes. The first checkpoint is the one at opening. */
const CLOSING: readonly Stage[] = [
  ['before the last checkpoint', 'before PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint', 1],
  ['after the last checkpoint', 'after PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint', 1]
]

/** Where a process dies while it opens what another left that died with its tables behind the journal. */
const RECOVERING: readonly Stage[] = [
  ['before the checkpoint', 'before PRAGMA wal_checkpoint', 1],
  ['after the checkpoint', 'after PRAGMA wal_checkpoint', 1],
  ['before the epoch is raised', 'before UPDATE head SET epoch', 1],
  ['after the epoch is raised', 'after UPDATE head SET epoch', 1],
  ['in the middle of the recovered tables', 'before INSERT INTO chunks', 40],
  ['before the recovered tables are committed', 'before COMMIT of progress', 1],
  ['after a part of the recovered tables is committed', 'after COMMIT of progress', 1]
]

const CREATING: readonly Stage[] = [
  ['before its schema', 'before BEGIN IMMEDIATE', 1],
  ['in the middle of its schema', 'after BEGIN IMMEDIATE', 1],
  ['before its schema is committed', 'before PRAGMA application_id = ', 1],
  ['after its schema', 'after PRAGMA application_id = ', 1]
]

/** Where a process dies while it puts runs of its indexes together: the ones before it left seven, its own is the eighth. */
const RUNS_BEFORE = 7
const MERGING: readonly Stage[] = [
  ['about to begin', 'send tidy', 1],
  ['the first rows read', 'after SELECT rows, sum FROM chunks', 1],
  ['a part of them read', 'before SELECT rows, sum FROM chunks', 12],
  ['replaced, and not deleted', 'before DELETE FROM chunks', 1],
  ['deleted in part', 'after DELETE FROM chunks', 2],
  ['a run deleted to its end', 'after DELETE FROM runs', 1]
]

/** Which write of a checkpoint into the database file does not happen any more. */
const CHECKPOINT_WRITES = [1, 2, 7]

describe('a process that is killed at one very step', function () {
  this.timeout(300_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let processes: LedgerProcess[]
  let acknowledged: NumberedIds
  let disk: FaultyDisk | undefined

  beforeEach(() => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
    processes = []
    acknowledged = new Map()
  })

  afterEach(async () => {
    for (const child of processes) await child.kill()
    disk?.dispose()
    disk = undefined
    directory.dispose()
  })

  function start(options: LedgerProcessOptions): LedgerProcess {
    const child = startLedgerProcess(path, options)
    processes.push(child)
    child.tell('open')
    return child
  }

  async function dieWhileOpening(options: LedgerProcessOptions): Promise<void> {
    const child = start(options)
    const line = await child.nextLine().catch(() => undefined)
    expect(line, 'the process was to die before it says anything').to.equal(undefined)
    await child.killed()
  }

  /** Pays from a number on until the process dies; closes after some answers if asked to. */
  async function dieWhilePaying(options: LedgerProcessOptions, first: number, closeAfter = Infinity): Promise<void> {
    const child = start(options)
    child.tell(`pay ${first}`)
    const lines: string[] = []
    if (closeAfter !== Infinity) {
      while (lines.length < closeAfter) lines.push(await child.nextLine())
      child.tell('close')
    }
    lines.push(...(await child.killed()))
    expect(lines).to.not.include('closed')
    acknowledged = acknowledgedIn(lines)
    expect(acknowledged.size).to.be.greaterThan(0)
  }

  for (const [title, step, nth] of CREATING) {
    it(`makes its new ledger again: ${title}`, async () => {
      await dieWhileOpening({ killAt: { step, nth } })
      await expectWhole(path, acknowledged)
    })
  }

  for (const [title, step, nth] of SERVING) {
    it(`loses nothing and doubles nothing: ${title}`, async () => {
      await dieWhilePaying({ killAt: { step, nth, armedBy: `${path}.paying` } }, 0)
      await expectWhole(path, acknowledged)
    })
  }

  for (const [title, step, nth] of MERGING) {
    it(`loses nothing and doubles nothing while it puts runs together: ${title}`, async () => {
      const before = new Map<number, string>()
      for (let number = 0; number < RUNS_BEFORE; number++) {
        const bursar = await openPaymentProcessor({ store: sqliteStore({ path }) })
        if (number === 0) await openPayers(bursar)
        const payment = await approval(bursar.processPayment(numberedPayment(number)))
        before.set(number, payment.transactionId)
        await bursar.close()
      }
      await dieWhilePaying({ killAt: { step, nth } }, RUNS_BEFORE)
      await expectWhole(path, new Map([...before, ...acknowledged]))
    })
  }

  for (const [title, step, nth] of CLOSING) {
    it(`loses nothing and doubles nothing while it closes: ${title}`, async () => {
      await dieWhilePaying({ killAt: { step, nth } }, 0, 500)
      await expectWhole(path, acknowledged)
    })
  }

  describe('that recovers what another left', () => {
    let wreck: Wreck

    before(async () => {
      wreck = await makeWreck()
    })

    after(() => wreck.dispose())

    beforeEach(() => {
      wreck.copyTo(path)
      acknowledged = wreck.acknowledged
    })

    for (const [title, step, nth] of RECOVERING) {
      it(`loses nothing and doubles nothing, although it happens twice: ${title}`, async () => {
        await dieWhileOpening({ killAt: { step, nth } })
        await dieWhileOpening({ killAt: { step, nth } })
        await expectWhole(path, acknowledged)
      })
    }

    for (const nth of CHECKPOINT_WRITES) {
      it(`loses nothing and doubles nothing, although it happens twice: before write ${nth} of a checkpoint`, async function () {
        const disk = faultyDiskOr(this)
        await dieWhileOpening({ environment: disk.killingAtWrite(nth, path) })
        await dieWhileOpening({ environment: disk.killingAtWrite(nth, path) })
        await expectWhole(path, acknowledged)
      })
    }
  })

  for (const nth of CHECKPOINT_WRITES) {
    it(`loses nothing and doubles nothing: before write ${nth} of a checkpoint`, async function () {
      const disk = faultyDiskOr(this)
      await expectWhole(path, acknowledged)
      await dieWhilePaying({ environment: disk.killingAtWrite(nth, path) }, 50)
      await expectWhole(path, acknowledged)
    })
  }

  function faultyDiskOr(context: Mocha.Context): FaultyDisk {
    const made = faultyDisk()
    if ('missing' in made) {
      console.log(`      skipped: ${made.missing}`)
      return context.skip()
    }
    disk = made
    return made
  }
})
