import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { faultyStore } from 'bursar/testing'
import { approval } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { standingTimers, type StandingTimers } from '../support/standing-timers.js'

const DAY_MS = 24 * 60 * 60 * 1000

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey }))

describeOnEveryStore('Under the fake timers of a test runner', scene => {
  let timers: StandingTimers | undefined

  afterEach(() => timers?.restore())

  /** As a test file does it: imports and opens first, then fakes. */
  async function given(options = {}): Promise<PaymentProcessor> {
    const bursar = await openPaymentProcessor({ store: scene.ledger.store(), ...options })
    timers = standingTimers(Date.now())
    return bursar
  }

  it('every call is answered, one after the other and at once', async () => {
    const bursar = await given()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000n })
    await pay(bursar, 'first')
    await Promise.all(Array.from({ length: 100 }, (_, number) => pay(bursar, `order-${number}`)))
    expect((await bursar.getBalance('alice')).posted).to.equal(899n)
    expect(await bursar.verify()).to.include({ ok: true, entries: 102 })
    await bursar.onIdle()
    await bursar.close()
  })

  it('a store that is busy for the moment is tried again', async () => {
    const store = faultyStore(scene.ledger.store())
    const bursar = await given({ store, retry: { delayMs: 1 } })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    store.failCommits('busy', 2)
    await pay(bursar, 'order-1')
    await bursar.close()
  })

  it('a ledger is opened, and what an earlier one recorded is there', async () => {
    const first = await given()
    await first.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    await first.close()
    const second = await openPaymentProcessor({ store: scene.ledger.store() })
    expect((await second.getBalance('alice')).posted).to.equal(10n)
    await second.close()
  })

  it('a date that a test sets is the date of the ledger: a month later is a month later', async () => {
    const bursar = await given()
    const start = Date.now()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    const hold = await approval(bursar.authorizePayment({ accountId: 'alice', amount: 4n, idempotencyKey: 'hold' }))
    timers!.setDate(start + 30 * DAY_MS)
    const payment = await pay(bursar, 'order-1')
    expect(payment.timestamp.getTime()).to.equal(start + 30 * DAY_MS)
    expect(await bursar.getBalance('alice')).to.include({ posted: 9n, held: 0n })
    expect((await bursar.getTransaction(hold.transactionId)).kind).to.equal('authorization')
    await bursar.close()
  })
})
