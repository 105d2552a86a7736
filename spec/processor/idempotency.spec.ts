import { expect } from 'chai'
import { IdempotencyConflictError, InvalidRequestError, type PaymentProcessor, type PaymentResult } from 'bursar'
import type { ProcessPaymentRequest } from '../../lib/processor/requests.js'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const payment = { accountId: 'alice', amount: 40n, idempotencyKey: 'order-42' } as const

describeOnEveryStore('Idempotency keys', scene => {
  const NOT_KEYS: readonly (readonly [what: string, key: unknown])[] = [
    ['no key', undefined],
    ['null', null],
    ['an empty key', ''],
    ['256 characters', 'k'.repeat(256)],
    ['a tab', 'a\tb'],
    ['a line break', 'k\n'],
    ['a null character', 'a\0'],
    ['the delete character', 'a\x7f'],
    ['a letter outside ASCII', 'é'],
    ['an emoji', '🔑'],
    ['a lone surrogate', '\ud800'],
    ['a number', 42],
    ['an object', { toString: () => 'k' }]
  ]

  for (const [what, key] of NOT_KEYS) {
    it(`refuse ${what} for every command that moves money`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const request = { accountId: 'alice', amount: 1n, idempotencyKey: key as string }
      await rejectionOf(bursar.processPayment(request), InvalidRequestError)
      await rejectionOf(bursar.deposit(request), InvalidRequestError)
      await rejectionOf(bursar.transfer({ ...request, to: 'bob' }), InvalidRequestError)
      await rejectionOf(bursar.refundPayment({ ...request, originalTransactionId: 'txn_1' }), InvalidRequestError)
      await rejectionOf(bursar.submit({ ...request, type: 'Deposit' }), InvalidRequestError)
      expect(await collect(bursar.journal())).to.have.length(2)
    })
  }

  for (const [what, key] of [
    ['one character', 'k'],
    ['255 characters', 'k'.repeat(255)],
    ['a space', ' '],
    ['the whole of printable ASCII', Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).join('')],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['a Luhn-valid number', '4242424242424242']
  ] as const) {
    it(`may be ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const first = await approval(bursar.processPayment({ ...payment, idempotencyKey: key }))
      expect(await bursar.processPayment({ ...payment, idempotencyKey: key })).to.deep.equal({
        ...first,
        replayed: true
      })
      expect((await bursar.getBalance('alice')).posted).to.equal(60n)
    })
  }

  it('are compared byte by byte: case, spaces and zeros make another key', async () => {
    const bursar = await scene.given({ alice: 100n })
    const keys = ['key', 'Key', 'key ', ' key', 'key0', 'key00', 'k', '1', '01', '1.0']
    for (const idempotencyKey of keys) await approval(bursar.processPayment({ ...payment, amount: 1n, idempotencyKey }))
    expect(await bursar.getTransactionCount()).to.equal(keys.length)
  })

  it('are scoped to the account that the command acts for', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 100n })
    await approval(bursar.processPayment(payment))
    expect(await approval(bursar.processPayment({ ...payment, accountId: 'bob' }))).to.include({ replayed: false })
    // Alice's key is not used up by a transfer that Bob makes to her.
    const transfer = { accountId: 'bob', to: 'alice', amount: 1n, idempotencyKey: 'shared' }
    await approval(bursar.transfer(transfer))
    await approval(bursar.processPayment({ ...payment, idempotencyKey: 'shared' }))
    expect(await bursar.getTransactionCount()).to.equal(4)
  })

  const commands: readonly (readonly [name: string, send: (bursar: PaymentProcessor) => Promise<PaymentResult>])[] = [
    ['a payment', b => b.processPayment(payment)],
    ['a deposit', b => b.deposit(payment)],
    ['a transfer', b => b.transfer({ ...payment, to: 'bob' })]
  ]

  for (const [name, send] of commands) {
    it(`replay ${name} with its original id, amount, message, time and sequence`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const first = await approval(send(bursar))
      scene.clock.advance(60_000)
      await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'between' })
      expect(await send(bursar)).to.deep.equal({ ...first, replayed: true })
      await bursar.close()
      const reopened = await scene.open()
      expect(await send(reopened)).to.deep.equal({ ...first, replayed: true })
      expect(await reopened.getTransactionCount()).to.equal(2)
    })
  }

  it('replay a refund with what was refundable then', async () => {
    const bursar = await scene.given({ alice: 100n })
    const { transactionId } = await approval(bursar.processPayment(payment))
    const refund = { accountId: 'alice', originalTransactionId: transactionId, amount: 10n, idempotencyKey: 'r' }
    const first = await approval(bursar.refundPayment(refund))
    await approval(bursar.refundPayment({ ...refund, idempotencyKey: 'r2' }))
    expect(await bursar.refundPayment(refund)).to.deep.equal({ ...first, replayed: true, refundable: 30n })
  })

  it('replay a success although the money is gone by now', async () => {
    const bursar = await scene.given({ alice: 100n })
    const first = await approval(bursar.processPayment(payment))
    await approval(bursar.processPayment({ ...payment, amount: 60n, idempotencyKey: 'the rest' }))
    expect(await bursar.processPayment(payment)).to.deep.equal({ ...first, replayed: true })
    expect((await bursar.getBalance('alice')).posted).to.equal(0n)
  })

  it('record nothing for a replay', async () => {
    const bursar = await scene.given({ alice: 100n })
    await approval(bursar.processPayment(payment))
    await bursar.processPayment(payment)
    expect(await collect(bursar.journal())).to.have.length(2)
  })

  const conflicts: readonly (readonly [changes: Partial<ProcessPaymentRequest>, fields: readonly string[]])[] = [
    [{ amount: 41n }, ['amount']],
    [{ currency: 'EUR' }, ['currency']],
    [{ payee: 'bob' }, ['payee']],
    [{ amount: 1n, payee: 'bob' }, ['amount', 'payee']]
  ]

  for (const [changes, fields] of conflicts) {
    it(`refuse another ${fields.join(' and ')} under a used key, and name it with the stored transaction`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const { transactionId } = await approval(bursar.processPayment(payment))
      const error = await rejectionOf(bursar.processPayment({ ...payment, ...changes }), IdempotencyConflictError)
      expect(error).to.include({ idempotencyKey: 'order-42', transactionId, retryable: false })
      expect(error.fields).to.have.members(fields)
      for (const field of fields) expect(error.message).to.contain(field)
      expect(error.message).to.contain(transactionId)
      expect(await bursar.getTransactionCount()).to.equal(1)
      expect(await collect(bursar.journal())).to.have.length(3)
    })
  }

  it('refuse another operation under a used key', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    const { transactionId } = await approval(bursar.processPayment(payment))
    for (const other of [
      bursar.deposit(payment),
      bursar.transfer({ ...payment, to: 'bob' }),
      bursar.refundPayment({ ...payment, originalTransactionId: transactionId })
    ]) {
      const error = await rejectionOf(other, IdempotencyConflictError)
      expect(error.fields).to.include('type')
      expect(error).to.include({ transactionId })
    }
    expect((await bursar.getBalance('alice')).posted).to.equal(60n)
  })

  it('refuse another target: the receiver of a transfer, the original of a refund', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n, carol: 0n })
    const transfer = { ...payment, amount: 1n, to: 'bob', idempotencyKey: 't' }
    await approval(bursar.transfer(transfer))
    const toCarol = await rejectionOf(bursar.transfer({ ...transfer, to: 'carol' }), IdempotencyConflictError)
    expect(toCarol.fields).to.deep.equal(['to'])
    const one = await approval(bursar.processPayment({ ...payment, idempotencyKey: 'one' }))
    const two = await approval(bursar.processPayment({ ...payment, idempotencyKey: 'two' }))
    const refund = { accountId: 'alice', originalTransactionId: one.transactionId, idempotencyKey: 'r' }
    await approval(bursar.refundPayment(refund))
    const other = bursar.refundPayment({ ...refund, originalTransactionId: two.transactionId })
    expect((await rejectionOf(other, IdempotencyConflictError)).fields).to.deep.equal(['originalTransactionId'])
    const withAmount = bursar.refundPayment({ ...refund, amount: 40n })
    expect((await rejectionOf(withAmount, IdempotencyConflictError)).fields).to.deep.equal(['amount'])
  })

  const spellings: readonly (readonly [what: string, request: ProcessPaymentRequest])[] = [
    ['the amount as a number', { ...payment, amount: 40 }],
    ['the currency spelled out', { ...payment, currency: 'USD' }],
    ['the settlement account spelled out', { ...payment, payee: '@settlement' }],
    ['the settlement account of the currency spelled out', { ...payment, payee: '@settlement:USD' }],
    ['its fields in another order', { idempotencyKey: 'order-42', amount: 40n, accountId: 'alice' }],
    ['fields that are undefined', { ...payment, payee: undefined, currency: undefined } as never],
    ['other metadata', { ...payment, metadata: { retry: 'yes' } }]
  ]

  for (const [what, request] of spellings) {
    it(`compare what a request means, not its spelling: ${what} is the same request`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const first = await approval(bursar.processPayment(payment))
      expect(await bursar.processPayment(request)).to.deep.equal({ ...first, replayed: true })
    })
  }

  for (const stage of ['load', 'commit'] as const) {
    const state = stage === 'load' ? 'queued' : 'committing'
    it(`join callers while the first is ${state}: one execution, the same answer`, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store })
      const gate = store.hold(stage)
      const first = bursar.processPayment(payment)
      await gate.reached
      const joined = [bursar.processPayment(payment), bursar.processPayment({ ...payment, amount: 40 })]
      const conflict = rejectionOf(bursar.processPayment({ ...payment, amount: 41n }), IdempotencyConflictError)
      gate.open()
      const answer = await approval(first)
      expect(answer).to.include({ replayed: false })
      for (const other of joined) expect(await other).to.deep.equal({ ...answer, replayed: true })
      expect((await conflict).fields).to.deep.equal(['amount'])
      expect(await collect(bursar.journal())).to.have.length(2)
    })
  }

  it('join callers of a decline as well: one attempt, the same answer', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 10n }, { store })
    const gate = store.hold('load')
    const [first, second] = [bursar.processPayment(payment), bursar.processPayment(payment)]
    gate.open()
    const answer = await decline(first, 'insufficient_funds')
    expect(await second).to.deep.equal({ ...answer, replayed: true })
    expect(await collect(bursar.journal())).to.have.length(2)
  })

  it("join a caller who spells out onDecline: 'retry', which is what leaving it away means", async () => {
    const bursar = await scene.given({ alice: 10n })
    const [first, second] = await Promise.all([
      bursar.processPayment(payment),
      bursar.processPayment({ ...payment, onDecline: 'retry' })
    ])
    expect(first).to.include({ code: 'insufficient_funds', attempt: 1 })
    expect(second).to.deep.equal({ ...first, replayed: true })
  })

  it('do not keep a decline: the same key tries again, and every attempt is in the journal', async () => {
    const bursar = await scene.given({ alice: 10n })
    expect(await decline(bursar.processPayment(payment), 'insufficient_funds')).to.include({ attempt: 1 })
    const again = await decline(bursar.processPayment(payment), 'insufficient_funds')
    expect(again).to.include({ attempt: 2, replayed: false, sequence: 3 })
    await approval(bursar.deposit({ accountId: 'alice', amount: 90n, idempotencyKey: 'd' }))
    const paid = await approval(bursar.processPayment(payment))
    expect(await bursar.processPayment(payment)).to.deep.equal({ ...paid, replayed: true })
    const attempts = (await collect(bursar.journal()))
      .filter(({ command }) => command.type === 'ProcessPayment')
      .map(({ outcome, code, attempt }) => [outcome, code, attempt])
    expect(attempts).to.deep.equal([
      ['declined', 'insufficient_funds', 1],
      ['declined', 'insufficient_funds', 2],
      ['approved', null, 3]
    ])
  })

  it('stay bound to their request after a decline', async () => {
    const bursar = await scene.given({ alice: 10n })
    await decline(bursar.processPayment(payment), 'insufficient_funds')
    const error = await rejectionOf(bursar.processPayment({ ...payment, amount: 5n }), IdempotencyConflictError)
    expect(error).to.deep.include({ fields: ['amount'], transactionId: null })
    expect((await bursar.getBalance('alice')).posted).to.equal(10n)
  })

  it("pin a decline when the caller says onDecline: 'keep'", async () => {
    const bursar = await scene.given({ alice: 10n })
    const kept = { ...payment, onDecline: 'keep' } as const
    const first = await decline(bursar.processPayment(kept), 'insufficient_funds')
    await approval(bursar.deposit({ accountId: 'alice', amount: 90n, idempotencyKey: 'd' }))
    scene.clock.advance(1_000)
    expect(await bursar.processPayment(kept)).to.deep.equal({ ...first, replayed: true })
    await bursar.close()
    const reopened = await scene.open()
    expect(await reopened.processPayment(kept)).to.deep.equal({ ...first, replayed: true })
    expect((await reopened.getBalance('alice')).posted).to.equal(100n)
  })
})
