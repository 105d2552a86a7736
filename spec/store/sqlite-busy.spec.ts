import { expect } from 'chai'
import { openPaymentProcessor, NotCommittedError, type PaymentProcessor } from 'bursar'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { isTransientCode } from '../../lib/store/sqlite/database/transient.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })

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
