import { expect } from 'chai'
import {
  AccountAlreadyExistsError,
  AccountNotFoundError,
  IdempotencyConflictError,
  InvalidRequestError,
  type PaymentProcessor
} from 'bursar'
import { approval, changedAccount, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('Accounts', scene => {
  it('are created with a currency, an opening balance, an overdraft limit and metadata', async () => {
    const bursar = await scene.open()
    const result = await bursar.createAccount({
      accountId: 'alice',
      currency: 'USD',
      initialBalance: 100n,
      overdraftLimit: 20n,
      metadata: { tier: 'gold' }
    })
    const account = {
      accountId: 'alice',
      currency: 'USD',
      posted: 100n,
      held: 0n,
      available: 120n,
      overdraftLimit: 20n,
      frozen: null,
      closed: false,
      metadata: { tier: 'gold' },
      createdAt: new Date(scene.clock.now())
    }
    expect(result).to.deep.equal({ success: true, account, sequence: 1, replayed: false })
    expect(await bursar.getAccount('alice')).to.deep.equal(account)
  })

  it('start empty, without overdraft, when nothing else is said', async () => {
    const bursar = await scene.open()
    const account = await changedAccount(bursar.createAccount({ accountId: 'alice', currency: 'JPY' }))
    expect(account).to.deep.include({ currency: 'JPY', posted: 0n, available: 0n, overdraftLimit: 0n, metadata: {} })
  })

  it('reject the creation of an id that exists', async () => {
    const bursar = await scene.given({ alice: 100n })
    const request = { accountId: 'alice', currency: 'USD', initialBalance: 5n }
    const error = await rejectionOf(bursar.createAccount(request), AccountAlreadyExistsError)
    expect(error).to.include({ accountId: 'alice', code: 'ERR_ACCOUNT_ALREADY_EXISTS', retryable: false })
    await rejectionOf(bursar.createAccount({ ...request, idempotencyKey: 'k' }), AccountAlreadyExistsError)
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, sequence: 1 })
  })

  it('replay a creation that is retried with the same idempotency key', async () => {
    const bursar = await scene.open()
    const request = { accountId: 'alice', currency: 'USD', initialBalance: 100n, idempotencyKey: 'open-alice' }
    const first = await bursar.createAccount(request)
    await bursar.processPayment({ accountId: 'alice', amount: 30n, idempotencyKey: 'p' })
    scene.clock.advance(1_000)
    expect(await bursar.createAccount(request)).to.deep.equal({ ...first, replayed: true })
    expect((await bursar.getBalance('alice')).posted).to.equal(70n)
    await rejectionOf(bursar.createAccount({ ...request, idempotencyKey: 'other' }), AccountAlreadyExistsError)
    await rejectionOf(bursar.createAccount({ ...request, initialBalance: 1n }), IdempotencyConflictError)
  })

  it('are created once by two creations at the same time', async () => {
    const bursar = await scene.open()
    const request = { accountId: 'alice', currency: 'USD', initialBalance: 100n }
    const [first, second] = [bursar.createAccount(request), bursar.createAccount(request)]
    await changedAccount(first)
    await rejectionOf(second, AccountAlreadyExistsError)
    expect((await bursar.getBalance('alice')).posted).to.equal(100n)
  })

  for (const currency of ['usd', 'US', '', 'DOLLAR', 'ZZZ', undefined, 840]) {
    it(`refuse ${String(JSON.stringify(currency))} as a currency`, async () => {
      const bursar = await scene.open()
      await rejectionOf(bursar.createAccount({ accountId: 'alice', currency: currency as string }), InvalidRequestError)
      await rejectionOf(bursar.getAccount('alice'), AccountNotFoundError)
    })
  }

  const unknown: readonly (readonly [call: string, send: (bursar: PaymentProcessor) => Promise<unknown>])[] = [
    ['processPayment', b => b.processPayment({ accountId: 'nobody', amount: 1n, idempotencyKey: 'k' })],
    [
      'processPayment to a payee',
      b => b.processPayment({ accountId: 'alice', payee: 'nobody', amount: 1n, idempotencyKey: 'k' })
    ],
    ['deposit', b => b.deposit({ accountId: 'nobody', amount: 1n, idempotencyKey: 'k' })],
    ['transfer', b => b.transfer({ accountId: 'nobody', to: 'alice', amount: 1n, idempotencyKey: 'k' })],
    ['transfer to', b => b.transfer({ accountId: 'alice', to: 'nobody', amount: 1n, idempotencyKey: 'k' })],
    [
      'refundPayment',
      b => b.refundPayment({ accountId: 'nobody', originalTransactionId: 'txn_1', idempotencyKey: 'k' })
    ],
    ['submit', b => b.submit({ type: 'Deposit', accountId: 'nobody', amount: 1n, idempotencyKey: 'k' })],
    ['getAccount', b => b.getAccount('nobody')],
    ['getBalance', b => b.getBalance('nobody')],
    ['listTransactions', b => collect(b.listTransactions({ accountId: 'nobody' }))]
  ]

  for (const [call, send] of unknown) {
    it(`that do not exist are rejected by ${call}, and nothing is recorded`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const error = await rejectionOf(send(bursar), AccountNotFoundError)
      expect(error).to.include({ accountId: 'nobody', code: 'ERR_ACCOUNT_NOT_FOUND', retryable: false })
      expect(await collect(bursar.journal())).to.have.length(1)
      expect((await bursar.getBalance('alice')).posted).to.equal(100n)
    })
  }

  it('that did not exist leave the idempotency key free for when they do', async () => {
    const bursar = await scene.open()
    const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' }
    await rejectionOf(bursar.processPayment(payment), AccountNotFoundError)
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    expect(await approval(bursar.processPayment(payment))).to.include({ replayed: false, sequence: 2 })
  })

  it('show what is posted, held and available', async () => {
    const bursar = await scene.open()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n, overdraftLimit: 50n })
    await bursar.processPayment({ accountId: 'alice', amount: 120n, idempotencyKey: 'p' })
    expect(await bursar.getBalance('alice')).to.deep.equal({
      currency: 'USD',
      posted: -20n,
      held: 0n,
      available: 30n,
      sequence: 2
    })
  })

  const limits: readonly (readonly [posted: bigint, overdraftLimit: bigint, amount: bigint, isCovered: boolean])[] = [
    [100n, 0n, 99n, true],
    [100n, 0n, 100n, true],
    [100n, 0n, 101n, false],
    [0n, 0n, 1n, false],
    [100n, 50n, 150n, true],
    [100n, 50n, 151n, false],
    [0n, 50n, 50n, true],
    [0n, 50n, 51n, false]
  ]

  for (const [posted, overdraftLimit, amount, isCovered] of limits) {
    for (const spend of ['a payment', 'a transfer'] as const) {
      const verb = isCovered ? 'allow' : 'decline'
      it(`with ${posted} posted and an overdraft of ${overdraftLimit} ${verb} ${spend} of ${amount}`, async () => {
        const bursar = await scene.given({ shop: 0n })
        await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: posted, overdraftLimit })
        const request = { accountId: 'alice', amount, idempotencyKey: 'k' }
        const result =
          spend === 'a payment' ? bursar.processPayment(request) : bursar.transfer({ ...request, to: 'shop' })
        const left = posted + overdraftLimit
        if (isCovered) await approval(result)
        else {
          const { message } = await decline(result, 'insufficient_funds')
          expect(message).to.equal(`Insufficient funds. Balance: ${left}, Required: ${amount}`)
        }
        expect((await bursar.getBalance('alice')).available).to.equal(isCovered ? left - amount : left)
      })
    }
  }

  it('decline a payment or a transfer to oneself', async () => {
    const bursar = await scene.given({ alice: 100n })
    await decline(
      bursar.processPayment({ accountId: 'alice', payee: 'alice', amount: 1n, idempotencyKey: 'p' }),
      'same_account'
    )
    await decline(bursar.transfer({ accountId: 'alice', to: 'alice', amount: 1n, idempotencyKey: 't' }), 'same_account')
    expect((await bursar.getBalance('alice')).posted).to.equal(100n)
  })

  it('let a deposit reduce a debt', async () => {
    const bursar = await scene.open()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', overdraftLimit: 50n })
    await approval(bursar.processPayment({ accountId: 'alice', amount: 50n, idempotencyKey: 'p' }))
    await approval(bursar.deposit({ accountId: 'alice', amount: 10n, idempotencyKey: 'd' }))
    expect(await bursar.getBalance('alice')).to.include({ posted: -40n, available: 10n })
  })
})
