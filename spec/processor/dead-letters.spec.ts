import { expect } from 'chai'
import {
  DeadLetteredError,
  DeadLetterNotFoundError,
  InvalidRequestError,
  AccountAlreadyExistsError,
  exportJournal,
  importJournal,
  memoryStore,
  type DeadLetter,
  type PaymentProcessor,
  type ProcessorEvents
} from 'bursar'
import { faultyStore } from 'bursar/testing'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'
import { overridingSession } from '../support/overriding-session.js'

const pay = (bursar: PaymentProcessor, accountId: string, idempotencyKey: string, amount = 1n) =>
  bursar.processPayment({ accountId, amount, idempotencyKey })

const lettersOf = (bursar: PaymentProcessor): Promise<DeadLetter[]> => collect(bursar.deadLetters.list())

async function discardsIn(bursar: PaymentProcessor): Promise<number> {
  return (await collect(bursar.journal())).filter(({ command }) => command.type === 'DiscardDeadLetter').length
}

/** A ledger in which whatever looks at alice's balance throws. */
async function poisoned(scene: Scene) {
  await (await scene.given({ alice: 100n, bob: 100n })).close()
  const store = faultyStore(scene.ledger.store())
  const cure = store.poison('alice')
  const bursar = await scene.open({ store })
  return { bursar, cure, store }
}

describeOnEveryStore('A command whose handling throws', scene => {
  it('is put aside with its cause, and the next one runs', async () => {
    const { bursar } = await poisoned(scene)
    const calls = [pay(bursar, 'bob', 'before'), pay(bursar, 'alice', 'k', 5n), pay(bursar, 'bob', 'after')]
    const poison = rejectionOf(calls[1]!, DeadLetteredError)
    await approval(calls[0]!)
    const error = await poison
    await approval(calls[2]!)

    expect(error).to.include({ code: 'ERR_DEAD_LETTERED', retryable: false })
    expect(error.cause).to.be.instanceOf(TypeError)
    const at = new Date(scene.clock.now())
    const [letter, ...others] = await lettersOf(bursar)
    expect(others).to.deep.equal([])
    expect(letter).to.deep.include({
      id: error.deadLetterId,
      cause: { name: 'TypeError', message: 'The balance of alice is poisoned.' },
      attempts: 1,
      firstAt: at,
      lastAt: at
    })
    expect(letter?.command).to.deep.include({
      type: 'ProcessPayment',
      accountId: 'alice',
      idempotencyKey: 'k',
      amount: 5n
    })
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('leaves a letter that is durable when its caller hears of it', async () => {
    const { bursar } = await poisoned(scene)
    await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    await bursar.abort()
    expect((await lettersOf(await scene.open())).map(({ attempts }) => attempts)).to.deep.equal([1])
  })

  it('leaves one letter, however often it comes', async () => {
    const { bursar } = await poisoned(scene)
    const first = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    scene.clock.advance(1_000)
    const second = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    await rejectionOf(bursar.deadLetters.retry(first.deadLetterId), DeadLetteredError)
    expect(second.deadLetterId).to.equal(first.deadLetterId)
    const letters = await lettersOf(bursar)
    expect(letters.map(({ attempts }) => attempts)).to.deep.equal([3])
    expect(letters[0]!.lastAt.getTime() - letters[0]!.firstAt.getTime()).to.equal(1_000)
  })

  it('leaves a letter of its own for each account and key', async () => {
    const { bursar } = await poisoned(scene)
    for (const key of ['k', 'l']) await rejectionOf(pay(bursar, 'alice', key), DeadLetteredError)
    const keys = (await lettersOf(bursar)).map(({ command }) => command?.idempotencyKey)
    expect(keys).to.have.members(['k', 'l'])
  })

  it('is executed by a retry with the key that it had, and the letter goes', async () => {
    const { bursar, cure } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k', 5n), DeadLetteredError)
    cure()
    expect(await bursar.deadLetters.retry(deadLetterId)).to.deep.include({ success: true, amount: 5n })
    expect(await lettersOf(bursar)).to.deep.equal([])
    expect(await approval(pay(bursar, 'alice', 'k', 5n))).to.include({ replayed: true })
    expect((await bursar.getBalance('alice')).posted).to.equal(95n)
    await rejectionOf(bursar.deadLetters.retry(deadLetterId), DeadLetterNotFoundError)
  })

  it('is executed by its own caller who asks again, and the letter goes as well', async () => {
    const { bursar, cure } = await poisoned(scene)
    await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    await bursar.close()
    cure()
    const again = await scene.open()
    await approval(pay(again, 'alice', 'k'))
    expect(await lettersOf(again)).to.deep.equal([])
  })

  it('may be declined by a retry: that is an answer, and the letter goes', async () => {
    const { bursar, cure } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k', 1_000n), DeadLetteredError)
    cure()
    expect(await bursar.deadLetters.retry(deadLetterId)).to.include({ success: false, code: 'insufficient_funds' })
    expect(await lettersOf(bursar)).to.deep.equal([])
    await decline(pay(bursar, 'alice', 'k', 1_000n), 'insufficient_funds')
  })

  it('is executed once by any number of retries at the same time', async () => {
    const { bursar, cure } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    cure()
    const retries = await Promise.allSettled([1, 2, 3].map(() => bursar.deadLetters.retry(deadLetterId)))
    expect(retries.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected'])
    expect(await bursar.getTransactionCount()).to.equal(1)
  })

  it('can be discarded: the journal keeps the command and the reason, and the key is free', async () => {
    const { bursar, cure } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k', 5n), DeadLetteredError)
    await bursar.deadLetters.discard(deadLetterId, 'paid in cash')
    expect(await lettersOf(bursar)).to.deep.equal([])

    const last = (await collect(bursar.journal())).at(-1)!
    expect(last).to.deep.include({ outcome: 'approved', amount: 0n, transactionId: null, postings: [] })
    const { command } = last
    if (command.type !== 'DiscardDeadLetter') throw new Error(`Expected DiscardDeadLetter, got ${command.type}`)
    expect(command).to.include({ accountId: 'alice', deadLetterId, reason: 'paid in cash' })
    expect(JSON.parse(command.discarded)).to.include({ type: 'ProcessPayment', idempotencyKey: 'k', amount: '5' })

    expect(await bursar.verify()).to.include({ ok: true })
    cure()
    expect(await approval(pay(bursar, 'alice', 'k', 7n))).to.include({ replayed: false, amount: 7n })
    await bursar.close()
    expect(await (await scene.open()).verify()).to.include({ ok: true })
  })

  it('can be discarded in a journal that is exported and imported', async () => {
    const { bursar, cure } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k', 5n), DeadLetteredError)
    await bursar.deadLetters.discard(deadLetterId, 'paid in cash')
    cure()
    const lines = await collect(exportJournal(bursar, { format: 'ndjson' }))
    const { headHash } = await bursar.verify()
    expect(await importJournal({ store: memoryStore(), lines })).to.include({ entries: 3, headHash })
  })

  it('is discarded once', async () => {
    const { bursar } = await poisoned(scene)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    const twice = [bursar.deadLetters.discard(deadLetterId, 'one'), bursar.deadLetters.discard(deadLetterId, 'two')]
    await twice[0]
    await rejectionOf(twice[1]!, DeadLetterNotFoundError)
    expect(await discardsIn(bursar)).to.equal(1)
  })

  it('is not discarded when it is executed while somebody decides to', async () => {
    const { cure, store, bursar: first } = await poisoned(scene)
    await rejectionOf(pay(first, 'alice', 'k'), DeadLetteredError)
    await first.close()
    cure()
    let meanwhile = (): Promise<unknown> => Promise.resolve()
    const bursar = await scene.open({
      store: {
        async open() {
          const session = await store.open()
          return overridingSession(session, {
            async deadLetters(query) {
              const found = await session.deadLetters(query)
              if ('id' in query) await meanwhile()
              return found
            }
          })
        }
      }
    })
    const [letter] = await lettersOf(bursar)
    meanwhile = () => approval(pay(bursar, 'alice', 'k'))
    await rejectionOf(bursar.deadLetters.discard(letter!.id, 'too late'), DeadLetterNotFoundError)
    expect(await discardsIn(bursar)).to.equal(0)
    expect(await lettersOf(bursar)).to.deep.equal([])
  })

  it('without a key leaves one letter for the account that it was to create', async () => {
    const { bursar } = await poisoned(scene)
    const request = { accountId: 'dave', currency: 'USD', metadata: { tier: 'gold' } }
    await bursar.createAccount(request)
    await rejectionOf(bursar.createAccount(request), AccountAlreadyExistsError)
    expect(await lettersOf(bursar)).to.deep.equal([])
  })

  it('tells of every letter', async () => {
    const { bursar } = await poisoned(scene)
    const told: ProcessorEvents['command:dead-lettered'][] = []
    bursar.on('command:dead-lettered', detail => told.push(detail))
    const { deadLetterId, cause } = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    expect(told).to.deep.equal([{ deadLetterId, accountId: 'alice', command: 'ProcessPayment', error: cause }])
  })

  it('is tried for each of those who wait under its key, and rejects all of them alike', async () => {
    const { bursar } = await poisoned(scene)
    const errors = await Promise.all([1, 2, 3].map(() => rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)))
    expect(new Set(errors.map(({ deadLetterId }) => deadLetterId)).size).to.equal(1)
    expect((await lettersOf(bursar)).map(({ attempts }) => attempts)).to.deep.equal([3])
  })

  it('many at a time leave all their letters, the oldest first', async () => {
    const { bursar } = await poisoned(scene)
    for (let index = 0; index < 3; index++) {
      const calls = Array.from({ length: 100 }, (_, call) => pay(bursar, 'alice', `${index} ${call}`))
      await Promise.all(calls.map(call => rejectionOf(call, DeadLetteredError)))
      scene.clock.advance(1)
    }
    const letters = await lettersOf(bursar)
    expect(letters).to.have.length(300)
    const ages = letters.map(({ firstAt }) => firstAt.getTime())
    expect(ages).to.deep.equal([...ages].sort((one, other) => one - other))
  })

  it('asked for by an id that is none, or discarded without a reason, is refused', async () => {
    const { bursar } = await poisoned(scene)
    await rejectionOf(bursar.deadLetters.retry('letter_of_nobody'), DeadLetterNotFoundError)
    await rejectionOf(bursar.deadLetters.discard('letter_of_nobody', 'why'), DeadLetterNotFoundError)
    await rejectionOf(bursar.deadLetters.retry(7 as unknown as string), InvalidRequestError)
    const { deadLetterId } = await rejectionOf(pay(bursar, 'alice', 'k'), DeadLetteredError)
    for (const reason of ['', 'x'.repeat(501), undefined as unknown as string]) {
      await rejectionOf(bursar.deadLetters.discard(deadLetterId, reason), InvalidRequestError)
    }
    expect(await lettersOf(bursar)).to.have.length(1)
  })
})
