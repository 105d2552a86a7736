import { expect } from 'chai'
import {
  closeOnSignals,
  exportJournal,
  importJournal,
  InvalidRequestError,
  memoryStore,
  openLedgerReader,
  openPaymentProcessor,
  type PaymentProcessor
} from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { sqliteStore } from 'bursar/sqlite'
import { collect, rejectionOf } from '../support/expectations.js'

type Call = (bursar: PaymentProcessor) => unknown
/** A request as it comes from JavaScript or from JSON, where no compiler looks at it. */
type Any = never

const KEY = { accountId: 'alice', idempotencyKey: 'k' }
const MONEY = { ...KEY, amount: 1n }

/** What was handed in, the field that nobody knows, and the one that was meant. */
const MISSPELT: readonly (readonly [what: string, call: Call, unknown: string, meant: string])[] = [
  [
    'createAccount',
    b => b.createAccount({ accountId: 'x', currency: 'USD', balance: 5n } as Any),
    'balance',
    'initialBalance'
  ],
  [
    'createAccount',
    b => b.createAccount({ accountId: 'x', currency: 'USD', overdraft: 5n } as Any),
    'overdraft',
    'overdraftLimit'
  ],
  ['processPayment', b => b.processPayment({ ...MONEY, to: 'shop' } as Any), 'to', 'payee'],
  [
    'processPayment',
    b => b.processPayment({ ...MONEY, idempotency_key: 'k' } as Any),
    'idempotency_key',
    'idempotencyKey'
  ],
  [
    'refundPayment',
    b => b.refundPayment({ ...KEY, originalTransactionId: 't', ammount: 5n } as Any),
    'ammount',
    'amount'
  ],
  ['deposit', b => b.deposit({ ...MONEY, metaData: {} } as Any), 'metaData', 'metadata'],
  ['transfer', b => b.transfer({ ...MONEY, to: 'shop', curency: 'EUR' } as Any), 'curency', 'currency'],
  ['transfer', b => b.transfer({ ...MONEY, payee: 'shop' } as Any), 'payee', 'to'],
  ['authorizePayment', b => b.authorizePayment({ ...MONEY, expiresIn: 60_000 } as Any), 'expiresIn', 'expiresInMs'],
  [
    'capturePayment',
    b => b.capturePayment({ ...KEY, authorizationId: 'h', amount_to_capture: 6n } as Any),
    'amount_to_capture',
    'amount'
  ],
  ['voidPayment', b => b.voidPayment({ ...KEY, authorisationId: 'h' } as Any), 'authorisationId', 'authorizationId'],
  [
    'setAccountLimits',
    b => b.setAccountLimits({ ...KEY, overdraftlimit: 1n } as Any),
    'overdraftlimit',
    'overdraftLimit'
  ],
  ['freezeAccount', b => b.freezeAccount({ ...KEY, directions: 'all', reason: 'r' } as Any), 'directions', 'direction'],
  ['unfreezeAccount', b => b.unfreezeAccount({ ...KEY, raeson: 'r' } as Any), 'raeson', 'reason'],
  ['closeAccount', b => b.closeAccount({ ...KEY, actr: 'r' } as Any), 'actr', 'actor'],
  ['submit', b => b.submit({ type: 'RefundPayment', ...KEY, ammount: 5n } as Any), 'ammount', 'amount'],
  ['submit without a type', b => b.submit({ typ: 'Deposit', ...MONEY } as Any), 'typ', 'type'],
  [
    'a leg',
    b => b.postTransaction({ ...KEY, legs: [{ from: 'alice', to: 'shop', amout: 1n, currency: 'USD' }] } as Any),
    'amout',
    'amount'
  ],
  ['the options of a command', b => b.deposit(MONEY, { deadline: 5 } as Any), 'deadline', 'deadlineMs'],
  ['getBalance', b => b.getBalance('alice', { asOf: new Date(0) } as Any), 'asOf', 'at'],
  ['listTransactions', b => collect(b.listTransactions({ account: 'nobody' } as Any)), 'account', 'accountId'],
  ['journal', b => collect(b.journal({ afterSequence: 3 } as Any)), 'afterSequence', 'after'],
  ['verify', b => b.verify({ sinse: {} } as Any), 'sinse', 'since'],
  ['backup', b => b.backup('x.db', { onprogress: () => undefined } as Any), 'onprogress', 'onProgress'],
  ['openPaymentProcessor', () => openPaymentProcessor({ storage: memoryStore() } as Any), 'storage', 'store'],
  ['idempotency', () => openPaymentProcessor({ idempotency: { keyTtl: 5 } } as Any), 'keyTtl', 'keyTtlMs'],
  ['holds', () => openPaymentProcessor({ holds: { sweepInterval: 5 } } as Any), 'sweepInterval', 'sweepIntervalMs'],
  ['rateLimit', () => openPaymentProcessor({ rateLimit: { perAcount: {} } } as Any), 'perAcount', 'perAccount'],
  [
    'rateLimit.perAccount',
    () => openPaymentProcessor({ rateLimit: { perAccount: { perSecond: 1, bursts: 2 } } } as Any),
    'bursts',
    'burst'
  ],
  ['retry', () => openPaymentProcessor({ retry: { attemptsMax: 5 } } as Any), 'attemptsMax', 'maxAttempts'],
  ['openLedgerReader', () => openLedgerReader({ stor: memoryStore() } as Any), 'stor', 'store'],
  ['sqliteStore', () => sqliteStore({ path: 'x.db', paht: 'y.db' } as Any), 'paht', 'path'],
  ['closeOnSignals', b => closeOnSignals(b, { signal: ['SIGTERM'] } as Any), 'signal', 'signals'],
  ['exportJournal', b => collect(exportJournal(b, { format: 'csv', afer: 5 } as Any)), 'afer', 'after'],
  ['importJournal', () => importJournal({ store: memoryStore(), line: [] } as Any), 'line', 'lines'],
  ['instrument', b => instrument(b, { eventLoop: false } as Any), 'eventLoop', 'eventLoopDelay']
]

describe('A field that nobody knows', () => {
  let bursar: PaymentProcessor

  beforeEach(async () => {
    bursar = await openPaymentProcessor()
    for (const accountId of ['alice', 'shop']) {
      await bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
  })

  afterEach(() => bursar.close())

  const refusalOf = (call: Call): Promise<InvalidRequestError> =>
    rejectionOf((async () => call(bursar))(), InvalidRequestError)

  for (const [what, call, unknown, meant] of MISSPELT) {
    it(`is refused in ${what}, by its name and with the one that was meant: ${unknown}, ${meant}`, async () => {
      const { message } = await refusalOf(call)
      expect(message).to.contain(`"${unknown}"`).and.to.contain(`Did you mean "${meant}"?`)
      expect(await collect(bursar.journal())).to.have.length(2)
    })
  }

  it('is named before a field that is missing', async () => {
    const { message } = await refusalOf(b => b.processPayment({ ammount: 5n } as Any))
    expect(message).to.match(/^Field "ammount" of ProcessPayment is unknown\./)
  })

  it('is refused in JSON, whatever its name', async () => {
    for (const json of ['{"__proto__":{"amount":"5"}}', '{"constructor":1}', '{"toString":1}', '{"":1}']) {
      await refusalOf(b => b.refundPayment(JSON.parse(json) as Any))
    }
  })

  it('is refused even if it holds undefined, because its name is wrong', async () => {
    const { message } = await refusalOf(b => b.deposit({ ...MONEY, ammount: undefined } as Any))
    expect(message).to.contain('"ammount"')
  })

  it('is refused where a method is given the type of a command', async () => {
    await refusalOf(b => b.deposit({ type: 'RefundPayment', ...MONEY } as Any))
  })

  it('is refused in an object that inherits it, and as an accessor of a class', async () => {
    class Refund {
      accountId = 'alice'
      idempotencyKey = 'k'
      originalTransactionId = 'txn'
      get ammount(): bigint {
        return 5n
      }
    }
    for (const request of [Object.create({ ...KEY, ammount: 5n }), new Refund()] as Any[]) {
      expect((await refusalOf(b => b.refundPayment(request))).message).to.contain('"ammount"')
    }
  })

  it('is asked for by the nearest command, when it is the type that is unknown', async () => {
    const { message } = await refusalOf(b => b.submit({ type: 'RefundPayments', ...KEY } as Any))
    expect(message).to.contain('Did you mean "RefundPayment"?')
  })

  it('may be an event: a listener that nobody would ever call is refused', () => {
    expect(() => bursar.on('clock:jumpd' as Any, () => undefined)).to.throw(InvalidRequestError, '"clock:jumped"')
    expect(() => bursar.on('clock:jumped', 'listener' as Any)).to.throw(InvalidRequestError)
  })
})

describe('Fields that are known', () => {
  it('may hold undefined, which leaves them out', async () => {
    const bursar = await openPaymentProcessor({ maxQueueLength: undefined, retry: undefined, holds: {} } as Any)
    await bursar.createAccount({
      accountId: 'alice',
      currency: 'USD',
      initialBalance: undefined,
      metadata: undefined
    } as Any)
    const request = { ...MONEY, currency: undefined, metadata: undefined, onDecline: undefined, actor: undefined }
    expect((await bursar.deposit(request as Any, { signal: undefined } as Any)).success).to.equal(true)
    expect((await bursar.getBalance('alice', { at: undefined } as Any)).posted).to.equal(1n)
    expect(await collect(bursar.listTransactions({ accountId: undefined } as Any))).to.have.length(1)
    await bursar.close()
  })

  it('may be those of a class, of an object without prototype, and marked by symbols', async () => {
    class Deposit {
      readonly accountId = 'alice'
      readonly idempotencyKey = 'one'
      get amount(): bigint {
        return 7n
      }
      describe(): string {
        return `a deposit of ${this.amount}`
      }
    }
    const bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    await bursar.deposit(new Deposit())
    await bursar.deposit(Object.assign(Object.create(null) as object, { ...MONEY, idempotencyKey: 'two' }))
    await bursar.deposit({ ...MONEY, idempotencyKey: 'three', [Symbol('mark')]: true })
    expect((await bursar.getBalance('alice')).posted).to.equal(9n)
    await bursar.close()
  })

  it('never come from Object.prototype, which anybody in the process can add to', async () => {
    const bursar = await openPaymentProcessor()
    for (const accountId of ['alice', 'mallory']) {
      await bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
    }
    const root = Object.prototype as { payee?: string; unrelated?: string }
    try {
      root.payee = 'mallory'
      await rejectionOf(bursar.processPayment({ ...MONEY }), InvalidRequestError)
      delete root.payee
      root.unrelated = 'of an old library'
      expect((await bursar.processPayment({ ...MONEY })).success).to.equal(true)
    } finally {
      delete root.payee
      delete root.unrelated
    }
    expect((await bursar.getBalance('mallory')).posted).to.equal(100n)
    await bursar.close()
  })
})
