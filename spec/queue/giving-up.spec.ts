import { CommandCancelledError, memoryStore, openPaymentProcessor } from 'bursar'
import { expect } from 'chai'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { gatedStore } from '../support/gated-store.js'

describe('a call that everybody has given up', () => {
  it('does not keep its place in the order for whoever asks the same later', async () => {
    const store = gatedStore(memoryStore())
    const processor = await openPaymentProcessor({ store })
    await processor.createAccount({ accountId: 'alice', currency: 'USD' })
    const gate = store.hold('load')
    const busy = processor.getTransaction('txn_00000000001_unknown').catch(() => undefined)
    await gate.reached

    const payment = { accountId: 'alice', amount: 10n, idempotencyKey: 'order-42' }
    const controller = new AbortController()
    const givenUp = rejectionOf(processor.processPayment(payment, { signal: controller.signal }), CommandCancelledError)
    controller.abort()
    await givenUp
    const deposit = processor.deposit({ accountId: 'alice', amount: 10n, idempotencyKey: 'salary' })
    const again = processor.processPayment(payment)
    gate.open()

    await busy
    await approval(deposit)
    expect((await approval(again)).replayed).to.equal(false)
    const journal = await collect(processor.journal())
    expect(journal.map(({ command }) => command.type)).to.deep.equal(['CreateAccount', 'Deposit', 'ProcessPayment'])
    await processor.close()
  })
})
