import { expect } from 'chai'
import { AMOUNT_MAX, InvalidAmountError, type Amount, type PaymentProcessor } from 'bursar'
import { approval, changedAccount, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

/** Every request that carries an amount, with all else in order. */
const REQUESTS: readonly (readonly [
  name: string,
  send: (bursar: PaymentProcessor, amount: Amount) => Promise<unknown>
])[] = [
  ['processPayment', (bursar, amount) => bursar.processPayment({ accountId: 'alice', amount, idempotencyKey: 'k' })],
  ['deposit', (bursar, amount) => bursar.deposit({ accountId: 'alice', amount, idempotencyKey: 'k' })],
  ['transfer', (bursar, amount) => bursar.transfer({ accountId: 'alice', to: 'bob', amount, idempotencyKey: 'k' })],
  [
    'refundPayment',
    (bursar, amount) =>
      bursar.refundPayment({ accountId: 'alice', amount, idempotencyKey: 'k', originalTransactionId: 'txn_unknown' })
  ],
  [
    'submit',
    (bursar, amount) => bursar.submit({ type: 'ProcessPayment', accountId: 'alice', amount, idempotencyKey: 'k' })
  ]
]

const NOT_AMOUNTS: readonly (readonly [what: string, value: unknown])[] = [
  ['zero', 0n],
  ['zero as a number', 0],
  ['minus zero', -0],
  ['a negative amount', -1n],
  ['a negative number', -1],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['minus Infinity', Number.NEGATIVE_INFINITY],
  ['a fraction', 12.5],
  ['the smallest fraction', Number.MIN_VALUE],
  ['a number past 2^53−1', Number.MAX_SAFE_INTEGER + 1],
  ['a bigint past 2^63−1', AMOUNT_MAX + 1n],
  ['an enormous bigint', 10n ** 100n],
  ['a string of digits', '100'],
  ['an empty string', ''],
  ['an array', [100]],
  ['an array of a bigint', [100n]],
  ['an object with valueOf', { valueOf: () => 100 }],
  ['an object with toString', { toString: () => '100' }],
  ['an object with Symbol.toPrimitive', { [Symbol.toPrimitive]: () => 100n }],
  ['a boxed number', Object(100)],
  ['a boxed bigint', Object(100n)],
  ['a date', new Date(100)],
  ['true', true],
  ['null', null],
  ['a function', () => 100n],
  ['a symbol', Symbol('100')]
]

describeOnEveryStore('Money at the door', scene => {
  for (const [what, value] of NOT_AMOUNTS) {
    it(`refuses ${what} as an amount before the queue`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const recorded = await collect(bursar.journal())
      for (const [name, send] of REQUESTS) {
        const error = await rejectionOf(send(bursar, value as Amount), InvalidAmountError)
        expect(error, name).to.include({ code: 'ERR_INVALID_AMOUNT', retryable: false })
      }
      expect(await collect(bursar.journal())).to.deep.equal(recorded)
    })
  }

  it('refuses a missing amount where one is required', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    for (const [name, send] of REQUESTS.filter(([name]) => name !== 'refundPayment')) {
      const error = await rejectionOf(send(bursar, undefined as unknown as Amount), InvalidAmountError)
      expect(error.message, name).to.contain('amount')
    }
  })

  it('refuses a bad amount although the queue is full, so nothing of it can have been queued', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 100n }, { store, maxQueueLength: 1 })
    const gate = store.hold('load')
    const waiting = bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'first' })
    await rejectionOf(
      bursar.processPayment({ accountId: 'alice', amount: 0n, idempotencyKey: 'k' }),
      InvalidAmountError
    )
    gate.open()
    await approval(waiting)
  })

  it('refuses with a promise, never with an exception', async () => {
    const bursar = await scene.given({ alice: 100n })
    for (const [name, send] of REQUESTS) {
      const promise = send(bursar, 0n)
      expect(promise, name).to.be.instanceOf(Promise)
      await rejectionOf(promise, InvalidAmountError)
    }
  })

  for (const [what, amount, units] of [
    ['the smallest amount', 1n, 1n],
    ['a bigint', 1250n, 1250n],
    ['a number of minor units', 1250, 1250n],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n],
    ['the first bigint that no number can hold', 2n ** 53n + 1n, 2n ** 53n + 1n],
    ['the largest amount', AMOUNT_MAX, AMOUNT_MAX]
  ] as const) {
    it(`takes ${what} exactly, and keeps it exactly`, async () => {
      const bursar = await scene.given({ alice: 0n })
      const deposit = await approval(bursar.deposit({ accountId: 'alice', amount, idempotencyKey: 'd' }))
      expect(deposit.amount).to.equal(units)
      const payment = await approval(bursar.processPayment({ accountId: 'alice', amount, idempotencyKey: 'p' }))
      expect(payment.amount).to.equal(units)
      await bursar.close()
      const reopened = await scene.open()
      expect((await reopened.getTransaction(deposit.transactionId)).amount).to.equal(units)
      expect((await reopened.getBalance('@settlement')).posted).to.equal(units)
    })
  }

  it('takes an opening balance and an overdraft limit of zero, and of a number', async () => {
    const bursar = await scene.open()
    const account = (accountId: string, units: Amount) =>
      changedAccount(bursar.createAccount({ accountId, currency: 'USD', initialBalance: units, overdraftLimit: units }))
    expect(await account('zero', 0)).to.include({ posted: 0n, overdraftLimit: 0n })
    expect(await account('number', 5)).to.include({ posted: 5n, overdraftLimit: 5n, available: 10n })
  })

  for (const field of ['initialBalance', 'overdraftLimit'] as const) {
    for (const [what, value] of NOT_AMOUNTS.filter(([what]) => !/^zero|^null/.test(what))) {
      it(`refuses ${what} as ${field}`, async () => {
        const bursar = await scene.open()
        const request = { accountId: 'alice', currency: 'USD', [field]: value as Amount }
        await rejectionOf(bursar.createAccount(request), InvalidAmountError)
        expect(await collect(bursar.journal())).to.deep.equal([])
      })
    }
  }

  for (const [title, currency] of [
    ['a payment', 'processPayment'],
    ['a deposit', 'deposit']
  ] as const) {
    it(`declines ${title} that names another currency than the account has`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const request = { accountId: 'alice', amount: 1n, currency: 'EUR', idempotencyKey: 'k' }
      await decline(bursar[currency](request), 'currency_mismatch')
      expect((await bursar.getBalance('alice')).posted).to.equal(100n)
    })
  }

  it('declines money that would have to change its currency on the way', async () => {
    const bursar = await scene.given({ alice: 100n })
    await bursar.createAccount({ accountId: 'europa', currency: 'EUR', initialBalance: 100n })
    const request = { accountId: 'alice', amount: 1n }
    await decline(bursar.transfer({ ...request, to: 'europa', idempotencyKey: 't' }), 'currency_mismatch')
    await decline(bursar.processPayment({ ...request, payee: 'europa', idempotencyKey: 'p' }), 'currency_mismatch')
    await decline(
      bursar.transfer({ ...request, to: 'europa', currency: 'EUR', idempotencyKey: 'e' }),
      'currency_mismatch'
    )
    expect((await bursar.getBalance('europa')).posted).to.equal(100n)
    expect((await bursar.getBalance('alice')).posted).to.equal(100n)
  })

  it('declines a refund that names another currency', async () => {
    const bursar = await scene.given({ alice: 100n })
    const { transactionId } = await approval(
      bursar.processPayment({ accountId: 'alice', amount: 5n, idempotencyKey: 'p' })
    )
    const refund = { accountId: 'alice', originalTransactionId: transactionId, idempotencyKey: 'r', currency: 'EUR' }
    await decline(bursar.refundPayment(refund), 'currency_mismatch')
  })

  it('declines a movement that would leave the range of a balance, and applies nothing of it', async () => {
    const bursar = await scene.given({ alice: AMOUNT_MAX })
    await decline(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'd' }), 'amount_overflow')
    await approval(bursar.processPayment({ accountId: 'alice', amount: AMOUNT_MAX, idempotencyKey: 'p' }))
    // The funding account stands at −(2^63−1): it cannot give one unit more.
    await decline(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'e' }), 'amount_overflow')
    expect((await bursar.getBalance('alice')).posted).to.equal(0n)
    expect((await bursar.getBalance('@funding')).posted).to.equal(-AMOUNT_MAX)
    expect((await bursar.getBalance('@settlement')).posted).to.equal(AMOUNT_MAX)
  })

  it('declines an opening balance that would overflow, and creates no account', async () => {
    const bursar = await scene.given({ alice: AMOUNT_MAX })
    const request = { accountId: 'bob', currency: 'USD', initialBalance: 1n }
    await decline(bursar.createAccount(request), 'amount_overflow')
    await changedAccount(bursar.createAccount({ ...request, initialBalance: 0n }))
  })
})
