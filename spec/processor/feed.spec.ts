import { existsSync, rmSync } from 'node:fs'
import { expect } from 'chai'
import {
  CommandCancelledError,
  InvalidRequestError,
  openPaymentProcessor,
  ProcessorClosedError,
  ProcessorFailedError,
  StoreUnavailableError,
  WriterFencedError,
  type JournalEntry,
  type PaymentProcessor
} from 'bursar'
import { doubtfulStore } from '../support/doubtful-store.js'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { overridingSession } from '../support/overriding-session.js'
import { sqliteLedger } from '../support/stores.js'

const deposit = (bursar: PaymentProcessor, idempotencyKey: string) =>
  approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey }))

const deposits = (bursar: PaymentProcessor, count: number, name = 'k') =>
  Promise.all(Array.from({ length: count }, (_, index) => deposit(bursar, `${name}${index}`)))

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const sequencesOf = (entries: readonly JournalEntry[]) => entries.map(({ sequence }) => sequence)

describeOnEveryStore('Following the journal', scene => {
  it('begins with what there is and goes on with what comes, as soon as it is durable', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 0n }, { store })
    const feed = bursar.journal({ follow: true })
    expect((await feed.next()).value).to.include({ sequence: 1 })
    const gate = store.hold('commit')
    const order: string[] = []
    const next = feed.next().then(({ value }) => order.push(`entry ${(value as JournalEntry).sequence}`))
    const answered = deposit(bursar, 'k').then(() => order.push('answer'))
    await gate.reached
    await quiescence()
    order.push('durable')
    gate.open()
    await Promise.all([next, answered])
    expect(order).to.have.members(['durable', 'answer', 'entry 2'])
    expect(order[0]).to.equal('durable')
  })

  it('may begin before there is anything', async () => {
    const bursar = await scene.open()
    const feed = bursar.journal({ follow: true })
    const first = feed.next()
    await quiescence()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    expect((await first).value).to.include({ sequence: 1 })
  })

  it('misses nothing and repeats nothing while many write, however many follow', async () => {
    const bursar = await scene.given({ alice: 0n })
    const followers = [0, 1, 2].map(async pace => {
      const seen: JournalEntry[] = []
      for await (const entry of bursar.journal({ follow: true })) {
        seen.push(entry)
        if (entry.sequence % 100 === pace) await quiescence()
      }
      return seen
    })
    for (let round = 0; round < 6; round++) await deposits(bursar, 250, `round ${round}, `)
    await bursar.close()
    const journal = await collect((await scene.open()).journal())
    expect(journal).to.have.length(1_501)
    for (const seen of await Promise.all(followers)) expect(seen).to.deep.equal(journal)
  })

  it('reads at the pace of the consumer: who does not ask is not read for', async () => {
    const inner = scene.ledger.store()
    const pages: number[] = []
    const store = {
      async open() {
        const session = await inner.open()
        return overridingSession(session, {
          async journal(query) {
            const page = await session.journal(query)
            pages.push(page.length)
            return page
          }
        })
      }
    }
    const bursar = await scene.given({ alice: 0n }, { store })
    const feed = bursar.journal({ follow: true })
    await feed.next()
    await deposits(bursar, 1_600)
    expect(pages).to.deep.equal([1])
    for (let sequence = 2; sequence <= 501; sequence++) expect((await feed.next()).value).to.include({ sequence })
    await quiescence()
    expect(pages).to.deep.equal([1, 500])
    await feed.return!()
    expect(pages).to.deep.equal([1, 500])
  })

  it('is left with break, and the processor goes on as if nobody had followed', async () => {
    const bursar = await scene.given({ alice: 0n })
    for await (const { sequence } of bursar.journal({ follow: true })) {
      if (sequence === 1) await deposit(bursar, 'k')
      else break
    }
    await deposit(bursar, 'later')
    await bursar.close()
    expect(bursar.status).to.equal('closed')
  })

  it('is left with return() even while it waits', async () => {
    const bursar = await scene.given({ alice: 0n })
    const feed = bursar.journal({ after: 1, follow: true })
    const waiting = feed.next()
    await quiescence()
    expect(await feed.return!()).to.deep.equal({ done: true, value: undefined })
    expect(await waiting).to.deep.equal({ done: true, value: undefined })
    await deposit(bursar, 'k')
    expect(await feed.next()).to.deep.equal({ done: true, value: undefined })
  })

  it('ends with close() when all that was taken has come', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 0n }, { store })
    const followed = collect(bursar.journal({ follow: true }))
    await quiescence()
    const gate = store.hold('commit')
    const taken = deposits(bursar, 10)
    await gate.reached
    const closing = bursar.close()
    await quiescence()
    gate.open()
    await Promise.all([taken, closing])
    expect(sequencesOf(await followed)).to.deep.equal(upTo(11))
  })

  it('comes to the last entry after close() although the consumer is far behind, and holds nothing open', async () => {
    const bursar = await scene.given({ alice: 0n })
    const feed = bursar.journal({ follow: true })
    await feed.next()
    await deposits(bursar, 1_200)
    await bursar.close()
    const reopened = await scene.open()
    await deposit(reopened, 'in the next life')
    const rest = [(await feed.next()).value as JournalEntry, ...(await collect(feed))]
    expect(sequencesOf(rest)).to.deep.equal(upTo(1_201, 2))
    await reopened.close()
  })

  it('comes to the end of a plain listing after close(), too', async () => {
    const bursar = await scene.given({ alice: 0n })
    await deposits(bursar, 1_200)
    const listing = bursar.journal()
    await listing.next()
    await bursar.close()
    expect(sequencesOf(await collect(listing))).to.deep.equal(upTo(1_201, 2))
  })

  it('may close the processor from within', async () => {
    const bursar = await scene.given({ alice: 0n })
    await deposits(bursar, 3)
    const seen: number[] = []
    for await (const { sequence } of bursar.journal({ follow: true })) {
      seen.push(sequence)
      if (sequence === 2) await bursar.close()
    }
    expect(seen).to.deep.equal([1, 2, 3, 4])
  })

  it('rejects with ProcessorClosedError when it begins after close()', async () => {
    const bursar = await scene.given({ alice: 0n })
    const feed = bursar.journal({ follow: true })
    await bursar.close()
    await rejectionOf(feed.next(), ProcessorClosedError)
  })

  it('rejects with the cause of an abort(), waiting or not, after what is durable', async () => {
    const bursar = await scene.given({ alice: 0n })
    const [waiting, behind] = [bursar.journal({ after: 1, follow: true }), bursar.journal({ follow: true })]
    const next = waiting.next()
    await behind.next()
    await quiescence()
    await deposit(bursar, 'k')
    expect((await next).value).to.include({ sequence: 2 })
    const pending = waiting.next()
    const aborted = bursar.abort('power is going')
    expect(await rejectionOf(pending, CommandCancelledError)).to.include({ cause: 'power is going' })
    await aborted
    expect((await behind.next()).value).to.include({ sequence: 2 })
    await rejectionOf(behind.next(), CommandCancelledError)
  })

  for (const [status, fail, error] of [
    ['failed', 'doubtCommits', ProcessorFailedError],
    ['fenced', 'fence', WriterFencedError]
  ] as const) {
    it(`rejects when the processor is ${status}, without what nobody confirmed`, async () => {
      const store = doubtfulStore(scene.ledger.store())
      const bursar = await scene.given({ alice: 0n }, { store })
      const [waiting, behind] = [bursar.journal({ after: 1, follow: true }), bursar.journal({ follow: true })]
      const next = waiting.next()
      await behind.next()
      await quiescence()
      store[fail]('landed')
      await rejectionOf(deposit(bursar, 'k'), Error)
      expect(bursar.status).to.equal(status)
      for (const call of [next, behind.next()]) expect(await rejectionOf(call, Error)).to.be.instanceOf(error)
    })
  }

  it('resumes behind any entry, over restarts and crashes, without a gap or a repetition', async () => {
    const seen: number[] = []
    for (let life = 0; life < 4; life++) {
      const bursar = life === 0 ? await scene.given({ alice: 0n }) : await scene.open()
      const feed = bursar.journal({ after: seen.at(-1) ?? 0, follow: true })
      const writing = Promise.allSettled([
        ...upTo(40).map(n => deposit(bursar, `${life} ${n}`)),
        bursar.onIdle().then(() => (life % 2 === 0 ? bursar.abort() : bursar.close()))
      ])
      for (let count = 0; count < 25; count++) {
        const result = await feed.next()
        if (!result.done) seen.push(result.value.sequence)
      }
      await feed.return!()
      await writing
      await bursar.close()
    }
    const bursar = await scene.open()
    const rest = await collect(bursar.journal({ after: seen.at(-1)! }))
    expect([...seen, ...sequencesOf(rest)]).to.deep.equal(sequencesOf(await collect(bursar.journal())))
  })

  it('refuses a cursor beyond the end: the ledger is not the one that it came from', async () => {
    const bursar = await scene.given({ alice: 0n })
    const error = await rejectionOf(bursar.journal({ after: 2, follow: true }).next(), InvalidRequestError)
    expect(error.message).to.contain('ends at 1, got 2')
    for (const after of [-1, 0.5, Number.NaN]) {
      await rejectionOf(bursar.journal({ after, follow: true }).next(), InvalidRequestError)
    }
  })

  for (const follow of [true, false]) {
    it(`can be given up by a signal, ${follow ? '' : 'not '}following`, async () => {
      const bursar = await scene.given({ alice: 0n, bob: 0n })
      const controller = new AbortController()
      const feed = bursar.journal({ follow, signal: controller.signal })
      await feed.next()
      controller.abort('enough')
      expect(await rejectionOf(feed.next(), CommandCancelledError)).to.include({ cause: 'enough' })
      expect(await feed.next()).to.deep.equal({ done: true, value: undefined })
      await rejectionOf(bursar.journal({ follow, signal: controller.signal }).next(), CommandCancelledError)
      await deposit(bursar, 'k')
    })
  }

  it('can be given up by a signal while it waits', async () => {
    const bursar = await scene.given({ alice: 0n })
    const controller = new AbortController()
    const waiting = bursar.journal({ after: 1, follow: true, signal: controller.signal }).next()
    await quiescence()
    controller.abort()
    await rejectionOf(waiting, CommandCancelledError)
  })

  it('refuses what is no signal', async () => {
    const bursar = await scene.given({ alice: 0n })
    const query = { follow: true, signal: true as unknown as AbortSignal }
    await rejectionOf(bursar.journal(query).next(), InvalidRequestError)
  })

  it('rejects with StoreUnavailableError when the store cannot be read', async () => {
    const inner = scene.ledger.store()
    const store = {
      open: async () =>
        overridingSession(await inner.open(), { journal: () => Promise.reject(new Error('a removed disk')) })
    }
    const bursar = await scene.given({ alice: 0n }, { store })
    const error = await rejectionOf(bursar.journal({ follow: true }).next(), StoreUnavailableError)
    expect((error.cause as Error).message).to.equal('a removed disk')
  })
})

describe('Following a SQLite journal beyond close()', () => {
  it('rejects, and makes no new file, when the ledger was deleted meanwhile', async () => {
    const ledger = sqliteLedger()
    const bursar = await openPaymentProcessor({ store: ledger.store() })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    const feed = bursar.journal({ follow: true })
    await feed.next()
    await deposits(bursar, 3)
    await bursar.close()
    rmSync(ledger.path)
    await rejectionOf(feed.next(), StoreUnavailableError)
    expect(existsSync(ledger.path)).to.equal(false)
    ledger.dispose()
  })
})
