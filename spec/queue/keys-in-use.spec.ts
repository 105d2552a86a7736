import {
  AccountNotFoundError,
  DeadLetteredError,
  IdempotencyConflictError,
  memoryStore,
  openPaymentProcessor,
  type PaymentProcessor
} from 'bursar'
import { faultyStore, type FaultyStore } from 'bursar/testing'
import { expect } from 'chai'
import { approval, rejectionOf } from '../support/expectations.js'
import { gatedStore, type GatedStore } from '../support/gated-store.js'

describe('an idempotency key that several unanswered commands use', () => {
  let faults: FaultyStore
  let store: GatedStore
  let processor: PaymentProcessor

  /** A ledger that was just opened, so that nothing of it is in memory yet. */
  beforeEach(async () => {
    faults = faultyStore(memoryStore())
    store = gatedStore(faults)
    const founder = await openPaymentProcessor({ store })
    for (const accountId of ['alice', 'bob']) {
      await founder.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
    await founder.close()
    processor = await openPaymentProcessor({ store, retry: { maxAttempts: 2, delayMs: 1 } })
  })

  afterEach(async () => {
    store.openGates()
    await processor.close()
  })

  const pay = (amount: bigint, more = {}) =>
    processor.processPayment({ accountId: 'alice', amount, idempotencyKey: 'k', ...more })

  it('remembers what the second of them did, after the first was refused, while that is becoming durable', async () => {
    const gate = store.hold('commit')
    const refused = pay(1n, { payee: 'nobody' })
    const paid = pay(2n)
    await rejectionOf(refused, AccountNotFoundError)
    await gate.reached
    const [other, same] = [pay(3n), pay(2n)]
    gate.open()
    await rejectionOf(other, IdempotencyConflictError)
    const { transactionId } = await approval(paid)
    expect(await approval(same)).to.include({ transactionId, replayed: true })
    expect((await processor.getBalance('alice')).posted).to.equal(98n)
  })

  it('is joined by a repetition of the first that has no answer yet, not of one that was answered', async () => {
    const gate = store.hold('commit')
    await rejectionOf(pay(1n, { payee: 'nobody' }), AccountNotFoundError)
    const first = pay(2n)
    await gate.reached
    const joined = pay(2n)
    gate.open()
    const { transactionId, sequence } = await approval(first)
    expect(await approval(joined)).to.include({ transactionId, replayed: true })
    // Answered, it is found in the store: by a repetition that executes nothing.
    expect(await approval(pay(2n))).to.include({ transactionId, sequence, replayed: true })
  })

  it('forgets what was decided for one of them and given up, while another still waits', async () => {
    faults.failCommits('busy', 2)
    const commit = store.hold('commit')
    const givenUp = rejectionOf(pay(1n), DeadLetteredError)
    await commit.reached
    const load = store.hold('load')
    const waiting = pay(2n, { payee: 'bob' })
    await load.reached
    commit.open()
    await givenUp
    load.open()
    expect(await approval(waiting)).to.include({ replayed: false })
    expect((await processor.getBalance('alice')).posted).to.equal(98n)
  })

  it('is the key of one account only: the same text is another key for another account', async () => {
    const gate = store.hold('commit')
    const ofAlice = pay(1n)
    const ofBob = processor.processPayment({ accountId: 'bob', amount: 2n, idempotencyKey: 'k' })
    await gate.reached
    const again = [pay(1n), processor.processPayment({ accountId: 'bob', amount: 2n, idempotencyKey: 'k' })] as const
    gate.open()
    const [first, second] = await Promise.all([approval(ofAlice), approval(ofBob)])
    expect(await approval(again[0])).to.include({ transactionId: first.transactionId, replayed: true })
    expect(await approval(again[1])).to.include({ transactionId: second.transactionId, replayed: true })
    expect(await processor.verify()).to.include({ ok: true })
  })
})
