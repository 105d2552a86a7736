import { expect } from 'chai'
import { OutcomeUnknownError, ProcessorFailedError, type PaymentProcessor } from 'bursar'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { doubtfulStore, type Fate } from '../support/doubtful-store.js'
import { gatedStore } from '../support/gated-store.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount: 40n, idempotencyKey })

describeOnEveryStore('Durability', scene => {
  it('comes before the answer: a promise resolves only when its record is committed', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('commit')
    const order: string[] = []
    const paid = pay(bursar, 'k').then(() => order.push('answer'))
    await gate.reached
    await quiescence()
    order.push('commit')
    gate.open()
    await paid
    expect(order).to.deep.equal(['commit', 'answer'])
  })

  for (const fate of ['landed', 'lost'] as const satisfies readonly Fate[]) {
    describe(`when the outcome of a commit is unknown, and it has in truth ${fate}`, () => {
      it('rejects its callers with OutcomeUnknownError, and stops the writer', async () => {
        const store = doubtfulStore(scene.ledger.store())
        const bursar = await scene.given({ alice: 100n }, { store })
        store.doubtCommits(fate)
        const [paid, read] = [pay(bursar, 'k'), bursar.getBalance('alice')]
        const error = await rejectionOf(paid, OutcomeUnknownError)
        expect(error).to.include({ code: 'ERR_OUTCOME_UNKNOWN', retryable: true })
        expect(error.message).to.contain('ask again with the same idempotency key')
        await rejectionOf(read, OutcomeUnknownError)
        expect(bursar.status).to.equal('failed')
      })

      it('acknowledges nothing any more until the store is reopened', async () => {
        const store = doubtfulStore(scene.ledger.store())
        const bursar = await scene.given({ alice: 100n }, { store })
        store.doubtCommits(fate)
        await rejectionOf(pay(bursar, 'k'), OutcomeUnknownError)
        const error = await rejectionOf(pay(bursar, 'k'), ProcessorFailedError)
        expect(error.cause).to.be.instanceOf(OutcomeUnknownError)
        await rejectionOf(bursar.getBalance('alice'), ProcessorFailedError)
        expect(bursar.queueLength).to.equal(0)
      })

      it('answers the same key after reopening with what happened: exactly one payment', async () => {
        const store = doubtfulStore(scene.ledger.store())
        const bursar = await scene.given({ alice: 100n }, { store })
        store.doubtCommits(fate)
        await rejectionOf(pay(bursar, 'k'), OutcomeUnknownError)
        await bursar.close()
        const reopened = await scene.open()
        expect(await collect(reopened.journal())).to.have.length(fate === 'landed' ? 2 : 1)
        expect(await approval(pay(reopened, 'k'))).to.include({ replayed: fate === 'landed', sequence: 2 })
        expect((await reopened.getBalance('alice')).posted).to.equal(60n)
        expect(await reopened.getTransactionCount()).to.equal(1)
        expect((await reopened.verify()).problems).to.deep.equal([])
      })
    })
  }

  it('fails the commands decided behind a commit in doubt: none of them happened', async () => {
    const doubtful = doubtfulStore(scene.ledger.store())
    const store = gatedStore(doubtful)
    const bursar = await scene.given({ alice: 100n }, { store })
    const gate = store.hold('commit')
    const first = pay(bursar, 'first')
    await gate.reached
    const behind = [pay(bursar, 'behind'), pay(bursar, 'first')]
    await quiescence()
    doubtful.doubtCommits('landed')
    gate.open()
    await rejectionOf(first, OutcomeUnknownError)
    await rejectionOf(behind[0]!, ProcessorFailedError)
    await rejectionOf(behind[1]!, OutcomeUnknownError)
    await bursar.close()
    const reopened = await scene.open()
    expect(await approval(pay(reopened, 'first'))).to.include({ replayed: true })
    expect(await approval(pay(reopened, 'behind'))).to.include({ replayed: false })
    expect((await reopened.getBalance('alice')).posted).to.equal(20n)
  })

  it('writes effect, key, answer and journal entry as one: after a lost commit there is nothing of it', async () => {
    const store = doubtfulStore(scene.ledger.store())
    const bursar = await scene.given({ alice: 100n }, { store })
    store.doubtCommits('lost')
    await rejectionOf(pay(bursar, 'k'), OutcomeUnknownError)
    await bursar.close()
    const reopened = await scene.open()
    // Nothing in progress is left behind: the key is as free as before, even for another request.
    const other = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' }
    expect(await approval(reopened.processPayment(other))).to.include({ sequence: 2, replayed: false })
  })
})
