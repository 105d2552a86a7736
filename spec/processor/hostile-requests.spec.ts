import { expect } from 'chai'
import {
  allocate,
  BursarError,
  closeOnSignals,
  exportJournal,
  importJournal,
  InvalidRequestError,
  openLedgerReader,
  openPaymentProcessor,
  type PaymentProcessor
} from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { leg, type Leg } from '../support/legs.js'

type Call = (bursar: PaymentProcessor, value: never) => unknown

const KEY = { accountId: 'alice', idempotencyKey: 'k' }
const MONEY = { ...KEY, amount: 1n }

/** Every place where an object is handed in, or a field that holds one. */
const PLACES: Readonly<Record<string, Call>> = {
  'a request': (b, value) => b.processPayment(value),
  'a command': (b, value) => b.submit(value),
  'the options of a command': (b, value) => b.deposit(MONEY, value),
  'the options of submit': (b, value) => b.submit({ type: 'Deposit', ...MONEY }, value),
  'a signal': (b, signal) => b.deposit(MONEY, { signal }),
  metadata: (b, metadata) => b.deposit({ ...MONEY, metadata }),
  'the metadata of an account': (b, metadata) => b.createAccount({ accountId: 'x', currency: 'USD', metadata }),
  legs: (b, legs) => b.postTransaction({ ...KEY, legs }),
  'a leg': (b, value) => b.postTransaction({ ...KEY, legs: [value] }),
  'the query of a balance': (b, value) => b.getBalance('alice', value),
  'the time of a balance': (b, at) => b.getBalance('alice', { at }),
  'the query of a listing': (b, value) => collect(b.listTransactions(value)),
  'the time of a listing': (b, from) => collect(b.listTransactions({ from })),
  'the query of a journal': (b, value) => collect(b.journal(value)),
  'the signal of a journal': (b, signal) => collect(b.journal({ signal })),
  'the options of verify': (b, value) => b.verify(value),
  'a checkpoint': (b, since) => b.verify({ since }),
  'the options of a backup': (b, value) => b.backup('never-made.db', value),
  'the signal of a backup': (b, signal) => b.backup('never-made.db', { signal }),
  'the options of a processor': (_, value) => openPaymentProcessor(value),
  'a store': (_, store) => openPaymentProcessor({ store }),
  'a clock': (_, clock) => openPaymentProcessor({ clock }),
  idempotency: (_, idempotency) => openPaymentProcessor({ idempotency }),
  holds: (_, holds) => openPaymentProcessor({ holds }),
  retry: (_, retry) => openPaymentProcessor({ retry }),
  rateLimit: (_, rateLimit) => openPaymentProcessor({ rateLimit }),
  'rateLimit.perAccount': (_, perAccount) => openPaymentProcessor({ rateLimit: { perAccount } }),
  'the options of a reader': (_, value) => openLedgerReader(value),
  'the options of an export': (b, value) => collect(exportJournal(b, value)),
  'the options of an import': (_, value) => importJournal(value),
  'the options of a file': (_, value) => sqliteStore(value),
  'the options of signals': (b, value) => closeOnSignals(b, value),
  'a list of signals': (b, signals) => closeOnSignals(b, { signals }),
  'shares of an allocation': (_, shares) => allocate(10n, shares),
  'a listener': (b, listener) => b.on('clock:jumped', listener)
}

const bomb = (): never => {
  throw new TypeError('I was touched.')
}
const TRAPS: ProxyHandler<object> = { get: bomb, has: bomb, ownKeys: bomb, getPrototypeOf: bomb }
const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const HOSTILE: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  'a text': () => 'text',
  'a number': () => 5,
  'a symbol': () => Symbol('s'),
  'a proxy that throws': () => new Proxy({}, TRAPS),
  'a revoked proxy': () => revoked({}),
  'a revoked array': () => revoked([]),
  'a list whose elements throw': () => Object.defineProperty([1], 0, { get: bomb, enumerable: true })
}

const METHODS = [
  'createAccount',
  'processPayment',
  'refundPayment',
  'deposit',
  'transfer',
  'authorizePayment',
  'capturePayment',
  'voidPayment',
  'postTransaction',
  'setAccountLimits',
  'freezeAccount',
  'unfreezeAccount',
  'closeAccount',
  'submit',
  'getAccount',
  'getBalance',
  'getTransaction',
  'backup'
] as const

describe('What a hostile caller hands in', () => {
  let bursar: PaymentProcessor

  beforeEach(async () => {
    bursar = await openPaymentProcessor()
    for (const accountId of ['alice', 'shop']) {
      await bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
  })

  afterEach(async () => {
    expect(await collect(bursar.journal())).to.have.length(2)
    expect(bursar.queueLength).to.equal(0)
    await bursar.close()
  })

  for (const [place, call] of Object.entries(PLACES)) {
    it(`is refused with an error of ours as ${place}, and nothing is recorded`, async () => {
      for (const [what, value] of Object.entries(HOSTILE)) {
        const error = await rejectionOf((async () => call(bursar, value() as never))(), BursarError)
        expect(error.retryable, what).to.equal(false)
      }
    })
  }

  for (const method of METHODS) {
    it(`is refused by ${method} with a promise, never with an exception`, async () => {
      for (const value of Object.values(HOSTILE)) {
        const answer = (bursar[method] as (value: unknown) => Promise<unknown>)(value())
        await rejectionOf(answer, BursarError)
      }
    })
  }

  it('is refused by a listing and by a journal when they are first asked, never before', async () => {
    for (const value of Object.values(HOSTILE)) {
      for (const listing of [bursar.listTransactions(value() as never), bursar.journal(value() as never)]) {
        const iterator = listing[Symbol.asyncIterator]()
        await rejectionOf(iterator.next(), InvalidRequestError)
        expect(await iterator.next()).to.deep.equal({ done: true, value: undefined })
      }
    }
  })
})

describe('A field that holds null', () => {
  const USD = { accountId: 'bob', currency: 'USD' }
  const NULLS: readonly (readonly [field: string, call: (bursar: PaymentProcessor) => unknown])[] = [
    ['initialBalance', b => b.createAccount({ ...USD, initialBalance: null as never })],
    ['overdraftLimit', b => b.createAccount({ ...USD, overdraftLimit: null as never })],
    ['metadata', b => b.createAccount({ ...USD, metadata: null as never })],
    ['idempotencyKey', b => b.createAccount({ ...USD, idempotencyKey: null as never })],
    ['expiresInMs', b => b.authorizePayment({ ...MONEY, expiresInMs: null as never })],
    ['payee', b => b.processPayment({ ...MONEY, payee: null as never })],
    ['currency', b => b.processPayment({ ...MONEY, currency: null as never })],
    ['onDecline', b => b.processPayment({ ...MONEY, onDecline: null as never })],
    ['actor', b => b.processPayment({ ...MONEY, actor: null as never })],
    ['reason', b => b.processPayment({ ...MONEY, reason: null as never })],
    ['amount', b => b.refundPayment({ ...KEY, originalTransactionId: 't', amount: null as never })],
    ['leg', b => b.refundPayment({ ...KEY, originalTransactionId: 't', leg: null as never })],
    ['amount', b => b.capturePayment({ ...KEY, authorizationId: 'h', amount: null as never })],
    ['deadlineMs', b => b.deposit(MONEY, { deadlineMs: null as never })],
    ['at', b => b.getBalance('alice', { at: null as never })],
    ['limit', b => collect(b.listTransactions({ limit: null as never }))],
    ['after', b => collect(b.listTransactions({ after: null as never }))],
    ['after', b => collect(b.journal({ after: null as never }))],
    ['follow', b => collect(b.journal({ follow: null as never }))],
    ['onProgress', b => b.verify({ onProgress: null as never })],
    ['maxQueueLength', () => openPaymentProcessor({ maxQueueLength: null as never })],
    ['queueReserve', () => openPaymentProcessor({ queueReserve: null as never })],
    ['maxQueueLength', () => openPaymentProcessor({ maxQueueLength: 10n as never })]
  ]

  it('is refused by its name: it is not left out', async () => {
    const bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    for (const [field, call] of NULLS) {
      const { message } = await rejectionOf((async () => call(bursar))(), BursarError)
      expect(message).to.contain(field)
    }
    expect(await collect(bursar.journal())).to.have.length(1)
    await bursar.close()
  })
})

describe('An object that answers otherwise each time it is read', () => {
  /** Gives the first value once and the second ever after. */
  function changing<T extends object>(request: T, later: Partial<Record<keyof T, unknown>>): T {
    const seen = new Set<string | symbol>()
    return new Proxy(request, {
      get(target, name, receiver) {
        const isLater = name in later && seen.has(name)
        seen.add(name)
        return isLater ? later[name as keyof T] : (Reflect.get(target, name, receiver) as unknown)
      }
    })
  }

  it('is read once: what was checked is what is executed', async () => {
    const bursar = await openPaymentProcessor({ maxQueueLength: 100 })
    for (const accountId of ['alice', 'shop', 'mallory']) {
      await bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
    const later = {
      accountId: '@funding',
      amount: -50n,
      payee: 'mallory',
      from: 'mallory',
      to: '@',
      currency: 'x',
      actor: 5
    }
    const payment = { ...MONEY, payee: 'shop', currency: 'USD', actor: 'anna', reason: 'rent' }
    await approval(bursar.processPayment(changing(payment, { ...later, reason: '' })))
    const legs = changing([changing(leg('alice', 'shop', 2n), later)] as Leg[], { length: 1_000, 0: undefined })
    await approval(bursar.postTransaction({ accountId: 'alice', idempotencyKey: 'legs', legs }))
    const freeze = { accountId: 'alice', idempotencyKey: 'f', direction: 'debits', reason: 'court' } as const
    await bursar.freezeAccount(changing(freeze, { reason: '', direction: 'none' }))
    const query = changing({ accountId: 'alice', limit: 1 }, { accountId: 'mallory', limit: -1 })
    const listed = bursar.listTransactions(query)
    expect((await collect(listed)).map(({ amount }) => amount)).to.deep.equal([1n])
    const [, , , paid, , frozen] = await collect(bursar.journal())
    expect(paid!.command).to.include(payment)
    expect(frozen!.command).to.include(freeze)
    expect((await bursar.getBalance('shop')).posted).to.equal(103n)
    await bursar.close()
  })

  it('is copied when it is handed in: a query that changes later changes nothing', async () => {
    const bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    await bursar.deposit(MONEY)
    const listing = { limit: 1 }
    const journal = { after: 0 }
    const [transactions, entries] = [bursar.listTransactions(listing), bursar.journal(journal)]
    Object.assign(listing, { limit: -1 })
    Object.assign(journal, { after: -1 })
    expect(await collect(transactions)).to.have.length(1)
    expect(await collect(entries)).to.have.length(2)
    await bursar.close()
  })
})
