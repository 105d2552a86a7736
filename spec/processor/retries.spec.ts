import { expect } from 'chai'
import {
  AccountNotFoundError,
  CommandCancelledError,
  DeadLetteredError,
  InvalidRequestError,
  NotCommittedError,
  OutcomeUnknownError,
  ProcessorFailedError,
  WriterFencedError,
  type PaymentProcessor,
  type ProcessorEvents
} from 'bursar'
import { faultyStore } from 'bursar/testing'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, idempotencyKey: string, amount = 1n) =>
  bursar.processPayment({ accountId: 'alice', amount, idempotencyKey })

/** As short as pauses get: no spec waits for time to pass. */
const retry = { maxAttempts: 4, delayMs: 1 }

async function given(scene: Scene, options = {}) {
  const store = faultyStore(scene.ledger.store())
  const bursar = await scene.given({ alice: 100n }, { store, retry, ...options })
  const retried: ProcessorEvents['command:retried'][] = []
  bursar.on('command:retried', detail => retried.push(detail))
  return { store, bursar, retried, commitsBefore: store.commits }
}

const journalOf = async (bursar: PaymentProcessor) =>
  (await collect(bursar.journal())).map(({ command }) => command.type)

describeOnEveryStore('A commit that fails for the moment', scene => {
  it('is tried again until it succeeds: one payment, one entry, one answer', async () => {
    const { store, bursar, retried, commitsBefore } = await given(scene)
    store.failCommits('busy', 3)
    expect(await approval(pay(bursar, 'a'))).to.include({ replayed: false, sequence: 2 })
    expect(store.commits - commitsBefore).to.equal(4)
    expect(retried.map(({ commands, attempt }) => [commands, attempt])).to.deep.equal([
      [1, 1],
      [1, 2],
      [1, 3]
    ])
    expect(retried[0]?.error).to.be.instanceOf(NotCommittedError)
    expect(await journalOf(bursar)).to.deep.equal(['CreateAccount', 'ProcessPayment'])
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('keeps what comes meanwhile waiting, in order', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy', 3)
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(key => approval(pay(bursar, key))))
    expect(answers.map(({ sequence }) => sequence)).to.deep.equal([2, 3, 4, 5])
    expect((await bursar.getBalance('alice')).posted).to.equal(96n)
  })

  it('is tried at most maxAttempts times; then its commands are put aside and the next ones run', async () => {
    const { store, bursar, retried, commitsBefore } = await given(scene)
    store.failCommits('busy', 4)
    const error = await rejectionOf(pay(bursar, 'a'), DeadLetteredError)
    expect(error.cause).to.be.instanceOf(NotCommittedError)
    expect(retried).to.have.length(3)
    // Four attempts, and the commit of the letter.
    expect(store.commits - commitsBefore).to.equal(5)
    const [letter] = await collect(bursar.deadLetters.list())
    expect(letter).to.deep.include({ id: error.deadLetterId, attempts: 4 })
    expect(bursar.status).to.equal('ready')
    expect(await approval(pay(bursar, 'b', 30n))).to.include({ sequence: 2 })
    expect((await bursar.getBalance('alice')).posted).to.equal(70n)
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('that was given up takes with it what was decided on top of it, and nobody was told otherwise', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy', 4)
    const first = rejectionOf(pay(bursar, 'a', 60n), DeadLetteredError)
    await new Promise<void>(resolve => bursar.on('command:retried', () => resolve()))
    // These are decided on what the first one left; the first one is not going to happen.
    const onTop = [
      bursar.createAccount({ accountId: 'bob', currency: 'USD' }),
      pay(bursar, 'b', 60n),
      pay(bursar, 'c', 10n),
      bursar.getBalance('alice'),
      bursar.getAccount('bob')
    ]
    for (const call of onTop) await rejectionOf(call, NotCommittedError)
    await first
    await rejectionOf(bursar.getAccount('bob'), AccountNotFoundError)
    expect((await bursar.createAccount({ accountId: 'bob', currency: 'USD' })).sequence).to.equal(2)
    expect(await approval(pay(bursar, 'b', 60n))).to.include({ replayed: false, sequence: 3 })
    expect((await bursar.getBalance('alice')).posted).to.equal(40n)
    expect((await collect(bursar.deadLetters.list())).map(({ command }) => command?.idempotencyKey)).to.deep.equal([
      'a'
    ])
    await bursar.close()
    expect(await (await scene.open()).verify()).to.include({ ok: true })
  })

  it('that was given up amid many others leaves each of them executed, put aside or refused, and nothing in between', async () => {
    const { store, bursar } = await given(scene, { retry: { maxAttempts: 1 } })
    await approval(bursar.deposit({ accountId: 'alice', amount: 10_000n, idempotencyKey: 'top-up' }))
    store.failCommits('busy', 1)
    const outcomes = await Promise.allSettled(Array.from({ length: 5_000 }, (_, index) => pay(bursar, `k${index}`)))
    const names = outcomes.map(end => (end.status === 'fulfilled' ? 'paid' : (end.reason as Error).name))
    const count = (name: string) => names.filter(other => other === name).length
    expect(new Set(names)).to.include('DeadLetteredError')
    expect(count('paid') + count('DeadLetteredError') + count('NotCommittedError')).to.equal(5_000)
    expect(await collect(bursar.deadLetters.list())).to.have.length(count('DeadLetteredError'))
    expect((await bursar.getBalance('alice')).posted).to.equal(10_100n - BigInt(count('paid')))
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('gives the very payment of before when it is tried again by hand', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy', 4)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'a', 7n), DeadLetteredError)
    expect(await bursar.deadLetters.retry(deadLetterId)).to.deep.include({ success: true, amount: 7n, replayed: false })
    expect(await collect(bursar.deadLetters.list())).to.deep.equal([])
    expect(await approval(pay(bursar, 'a', 7n))).to.include({ replayed: true })
  })

  it('is not tried again once the time for it is over', async () => {
    const { store, bursar, retried } = await given(scene, { retry: { ...retry, maxAttempts: 100, totalMs: 1_000 } })
    store.failCommits('busy', 10)
    bursar.on('command:retried', ({ attempt }) => scene.clock.advance(attempt === 2 ? 1_000 : 0))
    await rejectionOf(pay(bursar, 'a'), NotCommittedError)
    expect(retried).to.have.length(2)
  })

  for (const off of [{ maxAttempts: 1 }, { totalMs: 0 }]) {
    it(`is not tried again at all with ${JSON.stringify(off)}`, async () => {
      const { store, bursar, retried } = await given(scene, { retry: off })
      store.failCommits('busy', 1)
      await rejectionOf(pay(bursar, 'a'), DeadLetteredError)
      expect(retried).to.deep.equal([])
    })
  }

  it('stops the writer when the store does not take the letters either', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy')
    await rejectionOf(pay(bursar, 'a'), NotCommittedError)
    expect(bursar.status).to.equal('failed')
    await rejectionOf(pay(bursar, 'b'), ProcessorFailedError)
    await bursar.close()

    const again = await scene.open()
    expect(await journalOf(again)).to.deep.equal(['CreateAccount'])
    expect(await approval(pay(again, 'a'))).to.include({ replayed: false })
  })

  for (const [fault, expected] of [
    ['refused', NotCommittedError],
    ['lost', OutcomeUnknownError],
    ['landed', OutcomeUnknownError],
    ['fenced', WriterFencedError]
  ] as const) {
    it(`is left alone when an attempt ends ${fault}: the writer stops`, async () => {
      const { store, bursar, commitsBefore } = await given(scene)
      store.failCommits('busy', 1)
      store.failCommits(fault, 1)
      await rejectionOf(pay(bursar, 'a'), expected as abstract new () => Error)
      expect(store.commits - commitsBefore).to.equal(2)
      expect(bursar.status).to.equal(fault === 'fenced' ? 'fenced' : 'failed')
      await bursar.close()
      // Whatever became of it: the key pays once.
      const again = await scene.open()
      expect(await approval(pay(again, 'a'))).to.include({ replayed: fault === 'landed' })
      expect((await again.getBalance('alice')).posted).to.equal(99n)
    })
  }

  it('in doubt is never tried again', async () => {
    const { store, bursar, retried, commitsBefore } = await given(scene)
    store.failCommits('lost', 1)
    await rejectionOf(pay(bursar, 'a'), OutcomeUnknownError)
    expect(store.commits - commitsBefore).to.equal(1)
    expect(retried).to.deep.equal([])
    expect(bursar.status).to.equal('failed')
  })

  it('settles its callers at once when the processor aborts, and is not tried again', async () => {
    const { store, bursar, commitsBefore } = await given(scene)
    store.failCommits('busy')
    const payment = rejectionOf(pay(bursar, 'a'), OutcomeUnknownError)
    await new Promise<void>(resolve => bursar.on('command:retried', () => resolve()))
    const later = rejectionOf(pay(bursar, 'b'), CommandCancelledError)
    const aborted = bursar.abort()
    await payment
    await later
    await aborted
    expect(store.commits - commitsBefore).to.be.lessThan(4)
    expect(bursar.status).to.equal('closed')
  })

  it('is seen through by a processor that closes', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy', 2)
    const payment = approval(pay(bursar, 'a'))
    await bursar.close()
    await payment
  })

  it('is put aside by a processor that closes, and everybody has an answer', async () => {
    const { store, bursar } = await given(scene)
    store.failCommits('busy', 4)
    const calls = [pay(bursar, 'a'), pay(bursar, 'b'), bursar.getBalance('alice')]
    const settled = Promise.allSettled(calls)
    await bursar.close()
    expect((await settled).map(({ status }) => status)).to.include('rejected')
    expect(bursar.queueLength).to.equal(0)
    expect(bursar.status).to.equal('closed')
  })

  it('is never a decline: a decline is answered at once', async () => {
    const { store, bursar, retried, commitsBefore } = await given(scene)
    await decline(pay(bursar, 'a', 1_000n), 'insufficient_funds')
    expect(store.commits - commitsBefore).to.equal(1)
    expect(retried).to.deep.equal([])
  })

  it('leaves holds to be released again, when their release was given up', async () => {
    const { store, bursar } = await given(scene)
    await approval(
      bursar.authorizePayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'h', expiresInMs: 1_000 })
    )
    scene.clock.advance(1_000)
    store.failCommits('busy', 4)
    await rejectionOf(pay(bursar, 'a', 100n), DeadLetteredError)
    await approval(pay(bursar, 'b', 100n))
    expect(await bursar.getBalance('alice')).to.include({ posted: 0n, held: 0n })
    expect(await bursar.verify()).to.include({ ok: true })
  })

  for (const [name, bounds] of Object.entries({
    maxAttempts: [0, 101, 1.5],
    totalMs: [-1, 86_400_001, Infinity],
    delayMs: [0, 1_001, Number.NaN]
  })) {
    for (const bound of bounds) {
      it(`has no ${name} of ${bound}`, async () => {
        await rejectionOf(scene.open({ retry: { [name]: bound } }), InvalidRequestError)
      })
    }
  }
})
