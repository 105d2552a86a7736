import { expect } from 'chai'
import { acknowledgedIn, expectWhole, type NumberedIds } from '../support/after-a-crash.js'
import { faultyDisk, type FaultyDisk } from '../support/faulty-disk.js'
import { startLedgerProcess, type LedgerProcess, type LedgerProcessOptions } from '../support/ledger-process.js'
import { temporaryDirectory } from '../support/stores.js'

type Stage = readonly [title: string, step: string, nth: number]

/** Where a process dies while it serves, from the decision to the tables that follow the journal. */
const SERVING: readonly Stage[] = [
  ['decided, and not sent to the writer', 'send commit', 20],
  ['sent, and nothing written', 'before UPDATE head SET sequence', 20],
  ['written, and not committed', 'before COMMIT of journal', 20],
  ['committed, and not acknowledged', 'after COMMIT of journal', 20],
  ['committed, and the acknowledgement on its way', 'reply', 20],
  ['the tables behind the journal, and their next step not begun', 'send applyTables', 3],
  ['in the middle of a step of the tables', 'before INSERT INTO keys', 3],
  ['a step of the tables written, and not committed', 'before COMMIT of tables', 3],
  ['a step of the tables committed', 'after COMMIT of tables', 3]
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
  ['in the middle of the recovered tables', 'before INSERT INTO keys', 1],
  ['before the recovered tables are committed', 'before COMMIT of tables', 1],
  ['after the recovered tables are committed', 'after COMMIT of tables', 1]
]

const CREATING: readonly Stage[] = [
  ['before its schema', 'before BEGIN IMMEDIATE', 1],
  ['in the middle of its schema', 'after BEGIN IMMEDIATE', 1],
  ['before its schema is committed', 'before PRAGMA application_id = ', 1],
  ['after its schema', 'after PRAGMA application_id = ', 1]
]

/** Which write of a checkpoint into the database file does not happen any more. */
const CHECKPOINT_WRITES = [1, 2, 7]

describe('a process that is killed at one very step', function () {
  this.timeout(120_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let processes: LedgerProcess[]
  let acknowledged: NumberedIds

  beforeEach(() => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
    processes = []
    acknowledged = new Map()
  })

  afterEach(async () => {
    for (const child of processes) await child.kill()
    directory.dispose()
  })

  /** Lets a process open the ledger, pay from a number on and, if asked to, close it, until it dies of its own hand. */
  async function die(options: LedgerProcessOptions, { pay, close }: { pay?: number; close?: number } = {}) {
    const child = startLedgerProcess(path, options)
    processes.push(child)
    child.tell('open')
    const lines: string[] = []
    if (pay !== undefined) {
      lines.push(await child.nextLine())
      child.tell(`pay ${pay}`)
    }
    if (close !== undefined) {
      while (lines.length < close) lines.push(await child.nextLine())
      child.tell('close')
    }
    lines.push(...(await child.killed()))
    for (const [number, id] of acknowledgedIn(lines)) acknowledged.set(number, id)
    return lines
  }

  /** Leaves a ledger of which much is in the journal only, its log not yet brought into the file. */
  async function dieWithTablesBehind(): Promise<void> {
    await die({ killAt: { step: 'send applyTables', nth: 4 } }, { pay: 0 })
    expect(acknowledged.size).to.be.greaterThan(0)
  }

  for (const [title, step, nth] of CREATING) {
    it(`makes its new ledger again: ${title}`, async () => {
      expect(await die({ killAt: { step, nth } })).to.deep.equal([])
      await expectWhole(path, acknowledged)
    })
  }

  for (const [title, step, nth] of SERVING) {
    it(`loses nothing and doubles nothing: ${title}`, async () => {
      await die({ killAt: { step, nth } }, { pay: 0 })
      expect(acknowledged.size).to.be.greaterThan(0)
      await expectWhole(path, acknowledged)
    })
  }

  for (const [title, step, nth] of CLOSING) {
    it(`loses nothing and doubles nothing while it closes: ${title}`, async () => {
      const lines = await die({ killAt: { step, nth } }, { pay: 0, close: 500 })
      expect(lines).to.not.include('closed')
      await expectWhole(path, acknowledged)
    })
  }

  for (const [title, step, nth] of RECOVERING) {
    it(`loses nothing and doubles nothing while it recovers, and again while it recovers from that: ${title}`, async () => {
      await dieWithTablesBehind()
      expect(await die({ killAt: { step, nth } }), 'first recovery').to.deep.equal([])
      if (step !== 'after COMMIT of tables') {
        expect(await die({ killAt: { step, nth } }), 'second recovery').to.deep.equal([])
      }
      await expectWhole(path, acknowledged)
    })
  }

  describe('in the middle of a checkpoint', () => {
    let disk: FaultyDisk | undefined

    before(function () {
      const made = faultyDisk()
      if ('missing' in made) {
        console.log(`      skipped: ${made.missing}`)
        this.skip()
      }
      disk = made
    })

    after(() => disk?.dispose())

    for (const nth of CHECKPOINT_WRITES) {
      it(`loses nothing and doubles nothing while it serves, before write ${nth} into the file`, async () => {
        await expectWhole(path, acknowledged)
        await die({ environment: disk!.killingAtWrite(nth, path) }, { pay: 50 })
        expect(acknowledged.size).to.be.greaterThan(0)
        await expectWhole(path, acknowledged)
      })

      it(`loses nothing and doubles nothing while it recovers, twice, before write ${nth} into the file`, async () => {
        await dieWithTablesBehind()
        const environment = disk!.killingAtWrite(nth, path)
        expect(await die({ environment })).to.deep.equal([])
        expect(await die({ environment })).to.deep.equal([])
        await expectWhole(path, acknowledged)
      })
    }
  })
})
