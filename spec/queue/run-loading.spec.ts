import { memoryStore, openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { manualClock } from 'bursar/testing'
import { expect } from 'chai'
import { approval, quiescence } from '../support/expectations.js'
import { gatedStore, type GatedStore } from '../support/gated-store.js'

describe('loading for a run of commands', () => {
  let store: GatedStore
  let processor: PaymentProcessor
  const clock = manualClock()

  /** A ledger that was just opened, so that nothing of it is in memory yet. */
  beforeEach(async () => {
    store = gatedStore(memoryStore())
    const founder = await openPaymentProcessor({ store, clock })
    for (const accountId of ['alice', 'bob', 'carol']) {
      await founder.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
    await founder.close()
    processor = await openPaymentProcessor({ store, clock })
  })

  afterEach(() => processor.close())

  /** Makes calls that wait together while the worker is busy, and so are loaded for together. */
  async function inOneRun<T>(makeCalls: () => T): Promise<T> {
    const gate = store.hold('load')
    const busy = processor.getBalance('carol')
    await gate.reached
    const calls = makeCalls()
    gate.open()
    await busy
    return calls
  }

  it('finds the payee of a payer whom another command of the run names too', async () => {
    const [first, second] = await inOneRun(() => [
      processor.processPayment({ accountId: 'bob', amount: 1n, idempotencyKey: 'k1' }),
      processor.processPayment({ accountId: 'bob', amount: 2n, idempotencyKey: 'k2', payee: 'alice' })
    ])
    await approval(first!)
    await approval(second!)
    expect((await processor.getBalance('alice')).posted).to.equal(102n)
  })

  it('finds the payee of a payer who is created in the same run', async () => {
    const { created, payment, transfer } = await inOneRun(() => ({
      created: processor.createAccount({ accountId: 'dave', currency: 'USD', initialBalance: 10n }),
      payment: processor.processPayment({ accountId: 'dave', amount: 1n, idempotencyKey: 'k1', payee: 'alice' }),
      transfer: processor.transfer({ accountId: 'dave', amount: 2n, idempotencyKey: 'k2', to: 'bob' })
    }))
    expect((await created).success).to.equal(true)
    await approval(payment)
    await approval(transfer)
  })

  it('finds the payee of a payment whose refund comes after other mentions of payment and payer', async () => {
    const payment = await approval(
      processor.processPayment({ accountId: 'alice', amount: 5n, idempotencyKey: 'k1', payee: 'bob' })
    )
    await processor.close()
    processor = await openPaymentProcessor({ store, clock })
    const { refund } = await inOneRun(() => ({
      deposit: processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k2' }),
      found: processor.getTransaction(payment.transactionId),
      refund: processor.refundPayment({
        accountId: 'alice',
        idempotencyKey: 'k3',
        originalTransactionId: payment.transactionId
      })
    }))
    await approval(refund)
    expect((await processor.getBalance('bob')).posted).to.equal(100n)
  })

  it('does not forget a hold because the one before it has just ended', async () => {
    const held = async () => (await processor.getBalance('alice')).held
    const [, second] = await Promise.all(
      [10, 20, 30].map(expiresInMs =>
        approval(
          processor.submit({
            type: 'AuthorizePayment',
            accountId: 'alice',
            amount: 1n,
            idempotencyKey: `k${expiresInMs}`,
            expiresInMs
          })
        )
      )
    )
    const gate = store.hold('commit')
    const authorizationId = second!.transactionId
    const voided = processor.submit({ type: 'VoidPayment', accountId: 'alice', authorizationId, idempotencyKey: 'v' })
    await gate.reached
    clock.advance(10)
    const afterFirst = held()
    await quiescence()
    gate.open()
    await approval(voided)
    expect(await afterFirst).to.equal(1n)

    clock.advance(20)
    expect(await held()).to.equal(0n)
  })
})
