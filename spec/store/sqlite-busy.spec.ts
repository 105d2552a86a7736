import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor, NotCommittedError, type PaymentProcessor } from 'bursar'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { isTransientCode } from '../../lib/store/sqlite/database/transient.js'
import { settleLog } from '../../lib/store/sqlite/writing/settle-log.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })

describe('A SQLite file that another process is reading', function () {
  this.timeout(60_000)
  let ledger: ReturnType<typeof sqliteLedger>
  let reader: Awaited<ReturnType<typeof readerOf>> | undefined

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(async () => {
    await reader?.leave()
    ledger.dispose()
  })

  const open = () => openPaymentProcessor({ store: ledger.store() })
  const logBytes = () => statSync(`${ledger.path}-wal`, { throwIfNoEntry: false })?.size ?? 0

  /** Has paid once before the reader came, and once since. */
  async function givenReader(): Promise<void> {
    const bursar = await open()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    await approval(pay(bursar, 'a'))
    reader = await readerOf(ledger.path)
    await approval(pay(bursar, 'b'))
    await bursar.close()
    expect(logBytes()).to.be.greaterThan(0)
  }

  it('opens, pays, and knows what was paid before', async () => {
    await givenReader()
    const bursar = await open()
    expect(await approval(pay(bursar, 'b'))).to.include({ replayed: true })
    await approval(pay(bursar, 'c'))
    expect((await bursar.getBalance('alice')).posted).to.equal(7n)
    expect(await bursar.verify()).to.include({ ok: true })
    await bursar.close()
  })

  it('has a log of the same bytes afterwards, written once more', async () => {
    await givenReader()
    const before = readFileSync(`${ledger.path}-wal`)
    utimesSync(`${ledger.path}-wal`, 0, 0)
    const other = openDatabase(ledger.path)
    settleLog(other, ledger.path)
    other.close()
    expect(readFileSync(`${ledger.path}-wal`).equals(before)).to.equal(true)
    expect(statSync(`${ledger.path}-wal`).mtimeMs).to.be.greaterThan(0)
  })

  it('empties its log once the reader has gone', async () => {
    await givenReader()
    const bursar = await open()
    await reader!.leave()
    await approval(pay(bursar, 'c'))
    await bursar.close()
    expect(logBytes()).to.equal(0)
  })
})

/** A process that began to read, and stays at that moment. */
async function readerOf(path: string) {
  const program = join(import.meta.dirname, '../support/read-and-wait.ts')
  const flags = ['--import', './register.mjs', '-C', 'bursar:source', '--no-warnings']
  const child = spawn(process.execPath, [...flags, program, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  return {
    async leave() {
      child.stdin.end()
      await ended
    }
  }
}

describe('A SQLite file that another connection is writing to', function () {
  // SQLite itself waits a second for a file that is taken.
  this.timeout(60_000)
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  /** A backup tool or a SQLite shell that holds the file for itself. */
  function occupy(): () => void {
    const other = openDatabase(ledger.path)
    other.exec('BEGIN IMMEDIATE')
    return () => {
      other.exec('ROLLBACK')
      other.close()
    }
  }

  it('takes the payment as soon as it is free again', async () => {
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    const leave = occupy()
    const errors: Error[] = []
    bursar.on('command:retried', ({ error }) => {
      errors.push(error)
      if (errors.length === 1) leave()
    })
    await approval(pay(bursar, 'a'))
    expect(errors).to.have.length(1)
    expect(errors[0]).to.be.instanceOf(NotCommittedError).and.to.include({ isTransient: true })
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('brings its tables up to the journal as soon as it is free again', async () => {
    const bursar = await openPaymentProcessor({ store: ledger.store() })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    const leave = occupy()
    const verified = bursar.verify()
    let retries = 0
    bursar.on('command:retried', () => {
      if (++retries === 1) leave()
    })
    await approval(pay(bursar, 'a'))
    expect(await verified).to.include({ ok: true })
    await bursar.close()
    const file = openDatabase(ledger.path)
    const { through } = file.prepare('SELECT tables_through AS through FROM progress').get() as { through: number }
    file.close()
    expect(through).to.equal(2)
  })

  for (const [errcode, name, isTransient] of [
    [5, 'SQLITE_BUSY', true],
    [517, 'SQLITE_BUSY_SNAPSHOT', true],
    [6, 'SQLITE_LOCKED', true],
    [15, 'SQLITE_PROTOCOL', true],
    [8, 'SQLITE_READONLY', false],
    [10, 'SQLITE_IOERR', false],
    [1034, 'SQLITE_IOERR_FSYNC', false],
    [11, 'SQLITE_CORRUPT', false],
    [13, 'SQLITE_FULL', false],
    [undefined, 'an error of another kind', false]
  ] as const) {
    it(`is ${isTransient ? '' : 'not '}waited for after ${name}`, () => {
      expect(isTransientCode(Object.assign(new Error(name), { errcode }))).to.equal(isTransient)
    })
  }
})
