import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  exportJournal,
  formatMoney,
  IdempotencyConflictError,
  IdempotencyKeyExpiredError,
  importJournal,
  InvalidRequestError,
  openPaymentProcessor,
  OutcomeUnknownError,
  type Command,
  type PaymentProcessor
} from 'bursar'
import { manualClock } from 'bursar/testing'
import { expect } from 'chai'
import { REPOSITORY } from '../packaging/installed-package.js'
import { doubtfulStore } from '../support/doubtful-store.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { LEDGERS, sqliteLedger } from '../support/stores.js'

const DAY_MS = 86_400_000
const MONTH = { answerTtlMs: DAY_MS, keyTtlMs: 30 * DAY_MS }
const FOR_EVER = { answerTtlMs: null, keyTtlMs: null }
const by = { actor: 'ops', reason: 'less disk', idempotencyKey: 'lifetimes' } as const

const pay = (bursar: PaymentProcessor, idempotencyKey = 'order-42') =>
  bursar.processPayment({ accountId: 'alice', amount: 10n, idempotencyKey })

const typesIn = async (bursar: PaymentProcessor) => (await collect(bursar.journal())).map(({ command }) => command.type)

describeOnEveryStore('The key lifetimes of a ledger', scene => {
  it('are for ever, without an entry, unless somebody sets them', async () => {
    const bursar = await scene.given({ alice: 100n })
    expect(await bursar.getKeyLifetimes()).to.deep.equal(FOR_EVER)
    expect(await typesIn(bursar)).to.deep.equal(['CreateAccount'])
  })

  it('are what the ledger was made with, and its first entry', async () => {
    const bursar = await scene.open({ idempotency: MONTH })
    expect(await bursar.getKeyLifetimes()).to.deep.equal(MONTH)
    const [entry, ...others] = await collect(bursar.journal())
    expect(others).to.deep.equal([])
    expect(entry).to.deep.include({ sequence: 1, transactionId: null, lifetimes: MONTH, postings: [] })
    expect(entry!.command).to.deep.include({ type: 'SetKeyLifetimes', accountId: '@ledger', ...MONTH })
  })

  it('let a key answer as long as it lives, if only that was set', async () => {
    const bursar = await scene.open({ idempotency: { keyTtlMs: 1_000 } })
    expect(await bursar.getKeyLifetimes()).to.deep.equal({ answerTtlMs: 1_000, keyTtlMs: 1_000 })
  })

  it('stay when it is opened without any, by whatever program: a payment of forty days ago is not paid again', async () => {
    let bursar = await scene.given({ alice: 100n }, { idempotency: { keyTtlMs: 365 * DAY_MS } })
    const { transactionId } = await approval(pay(bursar))
    await bursar.close()
    scene.clock.advance(40 * DAY_MS)
    bursar = await scene.open()
    await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'maintenance' })
    expect(await pay(bursar)).to.include({ transactionId, replayed: true })
    expect(await bursar.getKeyLifetimes()).to.include({ keyTtlMs: 365 * DAY_MS })
    expect(await typesIn(bursar)).to.deep.equal(['SetKeyLifetimes', 'CreateAccount', 'ProcessPayment', 'Deposit'])
  })

  it('write one entry, however often it is opened with the same', async () => {
    for (let opening = 0; opening < 3; opening++) {
      const bursar = await scene.open({ idempotency: { keyTtlMs: DAY_MS } })
      expect(await typesIn(bursar)).to.deep.equal(['SetKeyLifetimes'])
      await bursar.close()
    }
  })

  it('become longer when it is opened with longer ones, with an entry, and stay so', async () => {
    await (await scene.given({ alice: 100n }, { idempotency: MONTH })).close()
    let bursar = await scene.open({ idempotency: { keyTtlMs: 60 * DAY_MS } })
    const { transactionId } = await approval(pay(bursar))
    await bursar.close()
    bursar = await scene.open()
    expect(await bursar.getKeyLifetimes()).to.deep.equal({ answerTtlMs: DAY_MS, keyTtlMs: 60 * DAY_MS })
    scene.clock.advance(59 * DAY_MS)
    const error = await rejectionOf(pay(bursar), IdempotencyKeyExpiredError)
    expect(error.transactionId).to.equal(transactionId)
    await bursar.close()
    bursar = await scene.open({ idempotency: FOR_EVER })
    expect(await pay(bursar)).to.include({ transactionId, replayed: true })
    expect(await bursar.verify()).to.include({ ok: true })
  })

  for (const [what, idempotency] of [
    ['a shorter answer', { answerTtlMs: DAY_MS - 1 }],
    ['a shorter key', { keyTtlMs: 30 * DAY_MS - 1 }],
    ['a shorter answer together with a longer key', { answerTtlMs: 1, keyTtlMs: null }],
    ['an answer that would outlive the key', { answerTtlMs: 31 * DAY_MS }]
  ] as const) {
    it(`refuse an opening with ${what}: nothing is written, and the store stays free`, async () => {
      const first = await scene.given({ alice: 100n }, { idempotency: MONTH })
      await first.close()
      const error = await rejectionOf(scene.open({ idempotency }), InvalidRequestError)
      expect(error.message).to.match(/setKeyLifetimes|set keyTtlMs/)
      const bursar = await scene.open()
      expect(await bursar.getKeyLifetimes()).to.deep.equal(MONTH)
      expect(await typesIn(bursar)).to.deep.equal(['SetKeyLifetimes', 'CreateAccount'])
    })
  }

  it('of a ledger without any are for ever: an opening with a month is refused and says how to get it', async () => {
    await (await scene.given({ alice: 100n })).close()
    const error = await rejectionOf(scene.open({ idempotency: MONTH }), InvalidRequestError)
    expect(error.message).to.include('for ever').and.to.include('setKeyLifetimes')
  })

  it('are set by a command that is on record, is retried like any other and can be read by everybody', async () => {
    const bursar = await scene.given({ alice: 100n })
    const set = { ...MONTH, ...by }
    const answer = await bursar.setKeyLifetimes(set)
    expect(answer).to.deep.equal({ success: true, ...MONTH, sequence: 2, replayed: false })
    expect(await bursar.submit({ type: 'SetKeyLifetimes', ...set })).to.deep.equal({ ...answer, replayed: true })
    const error = await rejectionOf(bursar.setKeyLifetimes({ ...set, keyTtlMs: null }), IdempotencyConflictError)
    expect(error.fields).to.deep.equal(['keyTtlMs'])
    expect(JSON.parse(JSON.stringify(answer))).to.deep.equal(answer)
    const entry = (await collect(bursar.journal())).at(-1)!
    expect(entry.command).to.include({ actor: 'ops', reason: 'less disk' })
    expect(entry.lifetimes).to.deep.equal(MONTH)
    expect(await collect(bursar.listTransactions())).to.deep.equal([])
  })

  it('keep what a command leaves out', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: MONTH })
    expect(await bursar.setKeyLifetimes({ keyTtlMs: null, ...by })).to.include({ answerTtlMs: DAY_MS, keyTtlMs: null })
    const shortened = await bursar.setKeyLifetimes({ keyTtlMs: 1_000, ...by, idempotencyKey: 'shorter' })
    expect(shortened).to.include({ answerTtlMs: 1_000, keyTtlMs: 1_000 })
  })

  it('let a key that has expired stay forgotten when they become longer', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: { keyTtlMs: DAY_MS } })
    await approval(pay(bursar, 'old'))
    scene.clock.advance(DAY_MS / 2)
    await approval(pay(bursar, 'young'))
    scene.clock.advance(DAY_MS / 2)
    await bursar.setKeyLifetimes({ keyTtlMs: null, answerTtlMs: null, ...by })
    // Whether or not its space was freed already.
    expect(await pay(bursar, 'old')).to.include({ replayed: false })
    expect(await pay(bursar, 'young')).to.include({ replayed: true })
  })

  for (const [what, request] of [
    ['names no lifetime', { ...by }],
    ['does not say who', { keyTtlMs: 1, reason: 'less disk', idempotencyKey: 'k' }],
    ['does not say why', { keyTtlMs: 1, actor: 'ops', idempotencyKey: 'k' }],
    ['has no key', { keyTtlMs: 1, actor: 'ops', reason: 'less disk' }],
    ['asks for a fraction', { keyTtlMs: 0.5, ...by }],
    ['asks for Infinity', { keyTtlMs: Infinity, ...by }],
    ['lets the answer outlive the key', { answerTtlMs: 2, keyTtlMs: 1, ...by }],
    ['lets the answer outlive the key of the ledger', { answerTtlMs: 31 * DAY_MS, ...by }]
  ] as const) {
    it(`are not set by a request that ${what}`, async () => {
      const bursar = await scene.open({ idempotency: MONTH })
      await rejectionOf(
        bursar.setKeyLifetimes(request as Extract<Command, { type: 'SetKeyLifetimes' }>),
        InvalidRequestError
      )
      expect(await bursar.getKeyLifetimes()).to.deep.equal(MONTH)
    })
  }

  it('go with the journal into another store', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: MONTH })
    await approval(pay(bursar))
    const lines = await collect(exportJournal(bursar, { format: 'ndjson' }))
    for (const { create } of LEDGERS) {
      const copy = create()
      await importJournal({ store: copy.store(), lines })
      const again = await openPaymentProcessor({ store: copy.store(), clock: scene.clock })
      expect(await again.getKeyLifetimes()).to.deep.equal(MONTH)
      expect(await again.verify()).to.deep.include({ ok: true, problems: [] })
      await again.close()
      copy.dispose()
    }
  })

  it('that the store keeps otherwise than the journal are found by verify', async () => {
    const bursar = await scene.given({ alice: 100n }, { idempotency: MONTH })
    await bursar.close()
    const session = await scene.ledger.store().open()
    const settings = { keyLifetimes: JSON.stringify({ ...MONTH, keyTtlMs: 2 * DAY_MS, forgottenBefore: 0 }) }
    const { head } = session
    await session.commit({ expectedHead: head.sequence, entries: [], accounts: [], transactions: [], settings, head })
    await session.close()
    const { ok, problems } = await (await scene.open()).verify()
    expect(ok).to.equal(false)
    expect(problems.map(({ message }) => message)).to.deep.equal([
      'the store keeps other key lifetimes than the journal'
    ])
  })

  for (const fate of ['landed', 'lost'] as const) {
    it(`are not served before their entry is durable, and are whole after reopening when the commit ${fate}`, async () => {
      const store = doubtfulStore(scene.ledger.store())
      store.doubtCommits(fate)
      await rejectionOf(scene.open({ store, idempotency: MONTH }), OutcomeUnknownError)
      const bursar = await scene.open({ idempotency: MONTH })
      expect(await typesIn(bursar)).to.deep.equal(['SetKeyLifetimes'])
      expect(await bursar.getKeyLifetimes()).to.deep.equal(MONTH)
      expect(await bursar.verify()).to.include({ ok: true })
    })
  }

  it('that were not committed leave no trace: the next opening decides anew', async () => {
    const store = doubtfulStore(scene.ledger.store())
    store.doubtCommits('lost')
    await rejectionOf(scene.open({ store, idempotency: MONTH }), OutcomeUnknownError)
    const bursar = await scene.open()
    expect(await bursar.getKeyLifetimes()).to.deep.equal(FOR_EVER)
    expect(await typesIn(bursar)).to.deep.equal([])
  })
})

describe('The first program of the README', () => {
  const program = /```js\n(.*?)```/s.exec(readFileSync(join(REPOSITORY, 'README.md'), 'utf8'))![1]!

  for (const [title, laterMs] of [
    ['a minute', 60_000],
    ['a day', DAY_MS],
    ['a year', 365 * DAY_MS]
  ] as const) {
    it(`prints the same when it is run again after ${title}`, async () => {
      const ledger = sqliteLedger()
      const clock = manualClock()
      const run = async (): Promise<readonly string[]> => {
        const printed: string[] = []
        const names = ['formatMoney', 'openPaymentProcessor', 'sqliteStore', 'console']
        const body = program.replace(/^import .*$/gm, '')
        const main = new AsyncFunction(...names, body)
        await main(
          formatMoney,
          () => openPaymentProcessor({ store: ledger.store(), clock }),
          () => undefined,
          { log: (...words: unknown[]) => printed.push(words.join(' ')) }
        )
        return printed
      }
      const first = await run()
      expect(first).to.have.length.above(2)
      clock.advance(laterMs)
      expect(await run()).to.deep.equal(first)
      ledger.dispose()
    })
  }
})

const AsyncFunction = (async () => undefined).constructor as new (
  ...text: string[]
) => (...values: unknown[]) => Promise<void>
