import { existsSync, readdirSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'chai'
import {
  BackupFailedError,
  BackupTargetExistsError,
  InvalidRequestError,
  memoryStore,
  openLedgerReader,
  openPaymentProcessor,
  ProcessorClosedError,
  StoreCorruptError,
  StoreUnsupportedError,
  type BackupProgress,
  type PaymentProcessor
} from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import type { StoreSession } from '../../lib/store/store.js'
import { copyLedger } from '../../lib/store/sqlite/backup/copy-ledger.js'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { gatedStore } from '../support/gated-store.js'
import { overridingSession } from '../support/overriding-session.js'
import { sqliteLedger } from '../support/stores.js'

function deferred() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>(settle => (resolve = settle))
  return { promise, resolve }
}

const USD = { accountId: 'alice', amount: 1n } as const

describe('A backup', () => {
  let ledger: ReturnType<typeof sqliteLedger>
  let bursar: PaymentProcessor
  let copy: string

  beforeEach(async () => {
    ledger = sqliteLedger()
    copy = join(dirname(ledger.path), 'copy.db')
    bursar = await openPaymentProcessor({ store: ledger.store() })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000_000n })
  })

  afterEach(async () => {
    await bursar.close()
    ledger.dispose()
  })

  const pay = (key: string) => bursar.processPayment({ ...USD, idempotencyKey: key })

  const filesOfCopies = (): readonly string[] =>
    readdirSync(dirname(ledger.path)).filter(name => !name.startsWith(basename(ledger.path)))

  /** More than one step of the copy is long. */
  async function fill(): Promise<void> {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key ${index}`, 'x'.repeat(480)]))
    for (let key = 0; key < 700; key += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          bursar.processPayment({ ...USD, idempotencyKey: `filler ${key + index}`, metadata })
        )
      )
    }
  }

  it('holds everything submitted before it, and says up to which entry', async () => {
    const payment = pay('before')
    const report = await bursar.backup(copy)
    const { sequence } = await approval(payment)
    expect(report.path).to.equal(copy)
    expect(report.sequence).to.equal(sequence)
    expect(report.headHash).to.equal((await bursar.verify()).headHash)
    expect(report.bytes).to.equal(readFileSync(copy).length)
  })

  it('opens as a ledger: it replays its keys, verifies, and goes on where it was taken', async () => {
    const { transactionId } = await approval(pay('before'))
    const { headHash } = await bursar.backup(copy)
    await approval(pay('after'))
    await bursar.close()

    await using restored = await openPaymentProcessor({ store: sqliteStore({ path: copy }) })
    expect(await restored.verify()).to.include({ ok: true, headHash })
    const replayed = await approval(restored.processPayment({ ...USD, idempotencyKey: 'before' }))
    expect(replayed).to.include({ replayed: true, transactionId })
    const anew = await approval(restored.processPayment({ ...USD, idempotencyKey: 'after' }))
    expect(anew).to.include({ replayed: false })
    expect((await restored.getBalance('alice')).posted).to.equal(999_998n)
  })

  it('is one file, which can be read where nothing can be written', async () => {
    await bursar.backup(copy)
    expect(filesOfCopies()).to.deep.equal([basename(copy)])
    const database = openDatabase(copy, { readOnly: true })
    expect(database.prepare('PRAGMA journal_mode').get()).to.include({ journal_mode: 'delete' })
    database.close()
  })

  it('has its own lock and its own epochs: nothing fences it off from the ledger that it was taken of', async () => {
    await bursar.backup(copy)
    // Both are open at once, which is why the documentation says to put the old one away first.
    const other = await openPaymentProcessor({ store: sqliteStore({ path: copy }) })
    await approval(other.processPayment({ ...USD, idempotencyKey: 'there' }))
    await approval(pay('here'))
    await other.close()
  })

  it('goes on beside payments, and holds one moment of them', async () => {
    await fill()
    let isPaying = true
    let paid = 0
    const paying = (async () => {
      while (isPaying) {
        await approval(pay(`during ${paid}`))
        paid++
      }
    })()
    const { sequence } = await bursar.backup(copy)
    isPaying = false
    await paying
    expect(paid).to.be.greaterThan(0)
    await using reader = await openLedgerReader({ store: sqliteStore({ path: copy }) })
    const report = await reader.verify()
    expect(report).to.include({ ok: true, entries: sequence })
  })

  it('tells how far it is', async () => {
    await fill()
    const seen: BackupProgress[] = []
    const { bytes } = await bursar.backup(copy, { onProgress: progress => seen.push(progress) })
    expect(seen.length).to.be.greaterThan(1)
    expect(seen.map(({ done }) => done)).to.deep.equal(seen.map(({ done }) => done).sort((a, b) => a - b))
    expect(seen.at(-1)).to.deep.equal({ done: bytes, total: bytes })
  })

  const noTerminal = (): never => {
    throw new Error('no terminal')
  }
  for (const [how, onProgress] of Object.entries({ throws: noTerminal, rejects: async () => noTerminal() })) {
    it(`is made although showing its progress ${how}`, async () => {
      const warned = new Promise<Error>(resolve => process.once('warning', resolve))
      await bursar.backup(copy, { onProgress })
      expect((await warned).message).to.contain('no terminal')
      expect(existsSync(copy)).to.equal(true)
    })
  }

  it('never overwrites a file', async () => {
    writeFileSync(copy, 'precious')
    const error = await rejectionOf(bursar.backup(copy), BackupTargetExistsError)
    expect(error.path).to.equal(copy)
    expect(readFileSync(copy, 'utf8')).to.equal('precious')
    await rejectionOf(bursar.backup(ledger.path), BackupTargetExistsError)
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('has one winner when two are written to one path', async () => {
    const outcomes = await Promise.allSettled([bursar.backup(copy), bursar.backup(copy)])
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected'])
    const failed = outcomes.find(outcome => outcome.status === 'rejected')!
    expect(failed.reason).to.be.instanceOf(BackupTargetExistsError)
    expect(filesOfCopies()).to.deep.equal([basename(copy)])
  })

  it('fails with the cause where it cannot be written, and leaves nothing', async () => {
    const error = await rejectionOf(bursar.backup(join(dirname(copy), 'missing', 'copy.db')), BackupFailedError)
    expect(String(error.cause)).to.contain('unable to open')
    const directory = join(dirname(copy), 'directory.db')
    mkdirSync(directory)
    await rejectionOf(bursar.backup(directory), BackupTargetExistsError)
    await approval(pay('afterwards'))
  })

  it('of a damaged ledger fails, and says what is wrong', async () => {
    await approval(pay('one'))
    await approval(pay('two'))
    const database = openDatabase(ledger.path)
    database.exec('DELETE FROM journal WHERE sequence = 2')
    database.close()
    const error = await rejectionOf(bursar.backup(copy), BackupFailedError)
    expect(error.cause).to.be.instanceOf(StoreCorruptError)
    expect(filesOfCopies()).to.deep.equal([])
  })

  it('ends when its signal is aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const ended = bursar.backup(copy, { signal: controller.signal })
    controller.abort(reason)
    expect((await rejectionOf(ended, BackupFailedError)).cause).to.equal(reason)
    expect(filesOfCopies()).to.deep.equal([])
  })

  it('ends at its next step when its signal is aborted on the way, and leaves nothing', async () => {
    const reader = await ledger.store().openReader!()
    const controller = new AbortController()
    const reason = new Error('enough')
    const ended = reader.backup!(copy, { signal: controller.signal })
    // The thread that copies needs longer to start than this line.
    controller.abort(reason)
    expect((await rejectionOf(ended, BackupFailedError)).cause).to.equal(reason)
    expect(filesOfCopies()).to.deep.equal([])
    await reader.close()
  })

  it('leaves nothing when it ends in the middle', async () => {
    await fill()
    const onStep = () => {
      expect(filesOfCopies()).to.have.length(1)
      throw new Error('enough')
    }
    await rejectionOf(copyLedger({ source: ledger.path, target: copy, onStep }), BackupFailedError)
    expect(filesOfCopies()).to.deep.equal([])
  })

  it('is waited for by close()', async () => {
    await fill()
    const backup = bursar.backup(copy)
    await bursar.close()
    expect(existsSync(copy)).to.equal(true)
    expect((await backup).path).to.equal(copy)
  })

  it('is ended by abort()', async () => {
    await bursar.close()
    const started = deferred()
    const backup: StoreSession['backup'] = (_path, { signal }) => {
      started.resolve()
      return new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error))
      })
    }
    const store = { open: async () => overridingSession(await ledger.store().open(), { backup }) }
    bursar = await openPaymentProcessor({ store })
    const ended = rejectionOf(bursar.backup(copy), Error)
    await started.promise
    await bursar.abort(new Error('no time'))
    expect((await ended).message).to.equal('no time')
  })

  it('waits for the commands before it, and is refused once the processor closes', async () => {
    await bursar.close()
    const store = gatedStore(ledger.store())
    bursar = await openPaymentProcessor({ store })
    const gate = store.hold('commit')
    const payment = pay('held up')
    await gate.reached
    const backup = bursar.backup(copy)
    expect(existsSync(copy)).to.equal(false)
    const closing = bursar.close()
    await rejectionOf(bursar.backup(`${copy}.2`), ProcessorClosedError)
    gate.open()
    const { sequence } = await approval(payment)
    expect((await backup).sequence).to.equal(sequence)
    await closing
    await rejectionOf(bursar.backup(`${copy}.3`), ProcessorClosedError)
  })

  it('needs a path', async () => {
    for (const path of ['', undefined, 7]) {
      await rejectionOf(bursar.backup(path as string), InvalidRequestError)
    }
    await rejectionOf(bursar.backup(copy, { signal: {} as AbortSignal }), InvalidRequestError)
  })

  it('is nothing that a ledger in memory can have', async () => {
    await using inMemory = await openPaymentProcessor({ store: memoryStore() })
    const error = await rejectionOf(inMemory.backup(copy), StoreUnsupportedError)
    expect(error.message).to.contain('sqliteStore')
  })

  it('can be taken by a reader, without the processor', async () => {
    await approval(pay('before'))
    await using reader = await openLedgerReader({ store: ledger.store() })
    const { sequence } = await reader.backup(copy)
    expect(sequence).to.equal(2)
    await using restored = await openLedgerReader({ store: sqliteStore({ path: copy }) })
    expect(await collect(restored.journal())).to.have.length(2)
  })
})
