import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { manualClock } from 'bursar/testing'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

const MINUTE_MS = 60_000
/** What a key takes: eight bytes for its hash, four for its place. */
const ROW_BYTES = 12
const idempotency = { answerTtlMs: MINUTE_MS, keyTtlMs: 10 * MINUTE_MS }

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey }))

describe('The space of idempotency keys in a SQLite file', () => {
  let ledger: ReturnType<typeof sqliteLedger>
  const clock = manualClock()

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  function count(sql: string): number {
    const database = openDatabase(ledger.path)
    const { count } = database.prepare(sql).get() as { count: number }
    database.close()
    return count
  }

  const keys = () =>
    count(`SELECT total(length(rows)) / ${ROW_BYTES} AS count FROM runs JOIN chunks USING (run)
      WHERE kind = 'keys' AND state = 'live'`)
  const entries = () => count('SELECT count(*) AS count FROM journal')

  const open = () => openPaymentProcessor({ store: ledger.store(), clock, idempotency })

  it('is taken once for each key, and freed after the horizon while the journal stays', async () => {
    {
      await using bursar = await open()
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10_000n })
      await Promise.all(Array.from({ length: 100 }, (_, index) => pay(bursar, `k${index}`)))
      await pay(bursar, 'k0')
    }
    expect(keys()).to.equal(100)
    clock.advance(10 * MINUTE_MS)
    {
      await using bursar = await open()
      await pay(bursar, 'the payment that comes with the sweep')
      await bursar.onIdle()
    }
    expect(keys()).to.equal(1)
    expect(entries()).to.equal(103)
  })

  it('is freed by shorter lifetimes as soon as they hold, not when the next sweep by the longer ones was due', async () => {
    const YEAR_MS = 365 * 86_400_000
    await using bursar = await openPaymentProcessor({
      store: ledger.store(),
      clock,
      idempotency: { keyTtlMs: YEAR_MS }
    })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    await pay(bursar, 'k')
    clock.advance(86_400_000)
    const forgotten = new Promise<number>(resolve => bursar.on('keys:forgotten', ({ keys }) => resolve(keys)))
    const why = { actor: 'ops', reason: 'less disk', idempotencyKey: 'shorter' }
    await bursar.setKeyLifetimes({ answerTtlMs: MINUTE_MS, keyTtlMs: MINUTE_MS, ...why })
    expect(await forgotten).to.be.greaterThan(0)
  })

  it('is kept for keys that are still recognised, to the millisecond', async () => {
    {
      await using bursar = await open()
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
      await pay(bursar, 'older')
    }
    clock.advance(MINUTE_MS)
    {
      await using bursar = await open()
      await pay(bursar, 'younger')
    }
    clock.advance(9 * MINUTE_MS)
    {
      await using bursar = await open()
      await pay(bursar, 'the payment that comes with the sweep')
    }
    expect(keys()).to.equal(2)
  })

  it('is freed together with that of other keys of its time', async () => {
    {
      await using bursar = await open()
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
      await Promise.all([pay(bursar, 'one'), pay(bursar, 'other')])
      clock.advance(10 * MINUTE_MS - 1)
      await pay(bursar, 'one millisecond before the horizon')
    }
    clock.advance(1)
    {
      await using bursar = await open()
      expect((await pay(bursar, 'one')).replayed).to.equal(false)
      await bursar.onIdle()
    }
    clock.advance(10 * MINUTE_MS)
    {
      await using bursar = await open()
      await pay(bursar, 'the payment that comes with the sweep')
      await bursar.onIdle()
    }
    expect(keys()).to.equal(1)
  })
})
