import { expect } from 'chai'
import {
  AccountNotFoundError,
  InvalidAmountError,
  InvalidRequestError,
  TransactionNotFoundError,
  type Approved,
  type PaymentProcessor,
  type PaymentResult
} from 'bursar'
import { approval, changedAccount, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const DAY_MS = 86_400_000

interface Reserved {
  readonly bursar: PaymentProcessor
  readonly hold: Approved
  /** Captures or voids the hold; every call has a key of its own. */
  capture(request?: { accountId?: string; amount?: bigint; currency?: string }): Promise<PaymentResult>
  release(request?: { accountId?: string }): Promise<PaymentResult>
}

/** Of Alice's 100, 40 are reserved for the shop. */
async function reserved(scene: Scene): Promise<Reserved> {
  const bursar = await scene.given({ alice: 100n, shop: 0n, mallory: 100n })
  const request = { accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'hold' }
  const hold = await approval(bursar.authorizePayment(request))
  let count = 0
  const next = () => ({ accountId: 'alice', authorizationId: hold.transactionId, idempotencyKey: `end-${++count}` })
  return {
    bursar,
    hold,
    capture: fields => bursar.capturePayment({ ...next(), ...fields }),
    release: fields => bursar.voidPayment({ ...next(), ...fields })
  }
}

describeOnEveryStore('Holds', scene => {
  it('reserve at once: available falls, posted stays, and nothing has arrived', async () => {
    const { bursar, hold } = await reserved(scene)
    expect(hold).to.deep.equal({
      success: true,
      transactionId: hold.transactionId,
      amount: 40n,
      currency: 'USD',
      message: 'Payment authorized',
      timestamp: new Date(scene.clock.now()),
      sequence: 4,
      replayed: false,
      expiresAt: new Date(scene.clock.now() + 7 * DAY_MS)
    })
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 40n, available: 60n })
    expect(await bursar.getBalance('shop')).to.include({ posted: 0n, held: 0n })
    expect(await bursar.getTransactionCount()).to.equal(0)
  })

  it('add up, and use the overdraft', async () => {
    const bursar = await scene.open()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n, overdraftLimit: 20n })
    const hold = (amount: bigint, idempotencyKey: string) =>
      bursar.authorizePayment({ accountId: 'alice', amount, idempotencyKey })
    await approval(hold(15n, 'h1'))
    await approval(hold(15n, 'h2'))
    const { message } = await decline(hold(1n, 'h3'), 'insufficient_funds')
    expect(message).to.equal('Insufficient funds. Balance: 0, Required: 1')
    expect(await bursar.getBalance('alice')).to.include({ posted: 10n, held: 30n, available: 0n })
  })

  it('settle all that is held when no amount is named', async () => {
    const { bursar, hold, capture } = await reserved(scene)
    const captured = await approval(capture())
    expect(captured).to.include({ amount: 40n, message: `Capture processed for ${hold.transactionId}`, sequence: 5 })
    expect(captured.transactionId).to.match(/^capture_/)
    expect(await bursar.getBalance('alice')).to.include({ posted: 60n, held: 0n, available: 60n })
    expect(await bursar.getBalance('shop')).to.include({ posted: 40n })
    expect(await bursar.getTransactionCount()).to.equal(1)
  })

  it('settle a part, once, and release the rest', async () => {
    const { bursar, capture } = await reserved(scene)
    await approval(capture({ amount: 1n }))
    await decline(capture({ amount: 1n }), 'hold_already_captured')
    expect(await bursar.getBalance('alice')).to.include({ posted: 99n, held: 0n, available: 99n })
    expect(await bursar.getBalance('shop')).to.include({ posted: 1n })
  })

  it('release everything when they are voided', async () => {
    const { bursar, hold, release } = await reserved(scene)
    const voided = await approval(release())
    expect(voided).to.include({ amount: 40n, message: `Void processed for ${hold.transactionId}` })
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 0n, available: 100n })
    expect(await bursar.getTransactionCount()).to.equal(0)
  })

  it('settle into the settlement account when no payee is named', async () => {
    const bursar = await scene.given({ alice: 100n })
    const { transactionId } = await approval(
      bursar.authorizePayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'h' })
    )
    await approval(
      bursar.capturePayment({ accountId: 'alice', authorizationId: transactionId, amount: 25n, idempotencyKey: 'c' })
    )
    expect((await bursar.getBalance('@settlement')).posted).to.equal(25n)
  })

  it('decline a capture larger than what is held, and stay as they are', async () => {
    const { bursar, capture } = await reserved(scene)
    const { message } = await decline(capture({ amount: 41n }), 'capture_exceeds_hold')
    expect(message).to.contain('40')
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 40n })
    await approval(capture({ amount: 40n }))
  })

  const ends: readonly (readonly [how: string, end: (held: Reserved) => Promise<unknown>, code: HoldCode])[] = [
    ['captured', ({ capture }) => approval(capture()), 'hold_already_captured'],
    ['captured in part', ({ capture }) => approval(capture({ amount: 1n })), 'hold_already_captured'],
    ['voided', ({ release }) => approval(release()), 'hold_already_voided'],
    ['expired', async () => scene.clock.advance(7 * DAY_MS), 'hold_expired']
  ]

  for (const [how, end, code] of ends) {
    it(`that were ${how} cannot be captured or voided any more: ${code}`, async () => {
      const held = await reserved(scene)
      await end(held)
      const before = await held.bursar.getBalance('alice')
      await decline(held.capture(), code)
      await decline(held.capture({ amount: 1n }), code)
      await decline(held.capture({ amount: 41n }), code)
      await decline(held.release(), code)
      const { posted, held: stillHeld } = await held.bursar.getBalance('alice')
      expect({ posted, stillHeld }).to.deep.equal({ posted: before.posted, stillHeld: 0n })
    })
  }

  it('end once when captures and voids come at the same time: the first one wins', async () => {
    const { bursar, capture, release } = await reserved(scene)
    const results = await Promise.all([capture({ amount: 10n }), release(), capture(), release()])
    expect(results.map(result => (result.success ? result.amount : result.code))).to.deep.equal([
      10n,
      'hold_already_captured',
      'hold_already_captured',
      'hold_already_captured'
    ])
    expect(await bursar.getBalance('alice')).to.include({ posted: 90n, held: 0n })
  })

  it('are captured although the limit was lowered below their use since', async () => {
    const bursar = await scene.given({ shop: 0n })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', overdraftLimit: 50n })
    const { transactionId: authorizationId } = await approval(
      bursar.authorizePayment({ accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'h' })
    )
    await changedAccount(bursar.setAccountLimits({ accountId: 'alice', overdraftLimit: 0n, idempotencyKey: 'l' }))
    expect(await bursar.getBalance('alice')).to.include({ held: 40n, available: -40n })
    await approval(bursar.capturePayment({ accountId: 'alice', authorizationId, idempotencyKey: 'c' }))
    expect(await bursar.getBalance('alice')).to.include({ posted: -40n, held: 0n, available: -40n })
    expect((await bursar.verify()).ok).to.equal(true)
  })

  it('show how they stand, and what ended them shows which hold it ended', async () => {
    const { bursar, hold, capture } = await reserved(scene)
    const open = await bursar.getTransaction(hold.transactionId)
    expect(open).to.deep.include({ kind: 'authorization', holdStatus: 'open', expiresAt: hold.expiresAt, legs: [] })
    const { transactionId } = await approval(capture({ amount: 30n }))
    expect(await bursar.getTransaction(hold.transactionId)).to.include({ holdStatus: 'captured', amount: 40n })
    const settled = await bursar.getTransaction(transactionId)
    expect(settled).to.include({ kind: 'capture', relatedTransactionId: hold.transactionId, refundable: 30n })
    expect(settled.legs).to.deep.equal([{ from: 'alice', to: 'shop', amount: 30n, currency: 'USD' }])
  })

  it('are not refunded, but what was captured is, up to the captured amount', async () => {
    const { bursar, hold, capture } = await reserved(scene)
    const refund = (originalTransactionId: string, amount: bigint, idempotencyKey: string) =>
      bursar.refundPayment({ accountId: 'alice', originalTransactionId, amount, idempotencyKey })
    await decline(refund(hold.transactionId, 1n, 'r1'), 'not_refundable')
    const { transactionId } = await approval(capture({ amount: 30n }))
    await decline(refund(hold.transactionId, 1n, 'r2'), 'not_refundable')
    await decline(refund(transactionId, 31n, 'r3'), 'refund_exceeds_remaining')
    expect(await approval(refund(transactionId, 30n, 'r4'))).to.include({ refundable: 0n })
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 0n })
  })

  for (const end of ['capture', 'release'] as const) {
    it(`of another account are unknown to a ${end}, and the attempt is in the journal`, async () => {
      const held = await reserved(scene)
      const error = await rejectionOf(held[end]({ accountId: 'mallory' }), TransactionNotFoundError)
      expect(error.transactionId).to.equal(held.hold.transactionId)
      const [attempt] = await collect(held.bursar.journal({ after: 4 }))
      expect(attempt).to.deep.include({ outcome: 'refused', holds: [], postings: [] })
      expect(await held.bursar.getBalance('alice')).to.include({ held: 40n })
    })
  }

  it('that do not exist, or are payments, cannot be ended', async () => {
    const bursar = await scene.given({ alice: 100n })
    const paid = await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'p' }))
    for (const authorizationId of [paid.transactionId, 'hold_00000000002_guessed', 'hold-42']) {
      const request = { accountId: 'alice', authorizationId, idempotencyKey: `end ${authorizationId}` }
      await rejectionOf(bursar.capturePayment(request), TransactionNotFoundError)
      await rejectionOf(bursar.voidPayment(request), TransactionNotFoundError)
    }
    expect(await collect(bursar.journal())).to.have.length(2)
  })

  it('are reserved and captured in the currency of the account only', async () => {
    const { bursar, capture } = await reserved(scene)
    await decline(capture({ currency: 'EUR' }), 'currency_mismatch')
    const foreign = { accountId: 'alice', amount: 1n, currency: 'EUR', idempotencyKey: 'e' }
    await decline(bursar.authorizePayment(foreign), 'currency_mismatch')
    await approval(capture({ currency: 'USD' }))
  })

  it('need a payee that exists and is somebody else', async () => {
    const bursar = await scene.given({ alice: 100n })
    const request = { accountId: 'alice', amount: 1n, idempotencyKey: 'h' }
    await rejectionOf(bursar.authorizePayment({ ...request, payee: 'nobody' }), AccountNotFoundError)
    await decline(bursar.authorizePayment({ ...request, payee: 'alice' }), 'same_account')
  })

  for (const expiresInMs of [0, -1, 1.5, Number.NaN, 2 ** 52 + 1, '1000']) {
    it(`are refused with a lifetime of ${JSON.stringify(expiresInMs)}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const request = { accountId: 'alice', amount: 1n, expiresInMs: expiresInMs as number, idempotencyKey: 'h' }
      await rejectionOf(bursar.authorizePayment(request), InvalidRequestError)
    })
  }

  it('are refused with an amount of nothing, and so are captures', async () => {
    const { bursar, capture } = await reserved(scene)
    const nothing = { accountId: 'alice', amount: 0n, idempotencyKey: 'h0' }
    await rejectionOf(bursar.authorizePayment(nothing), InvalidAmountError)
    await rejectionOf(capture({ amount: 0n }), InvalidAmountError)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
  })

  it('outlive a restart, and replay with their original deadline after they have ended', async () => {
    const { bursar, hold } = await reserved(scene)
    await bursar.close()
    const reopened = await scene.open()
    expect(await reopened.getBalance('alice')).to.include({ held: 40n, available: 60n })
    const end = { accountId: 'alice', authorizationId: hold.transactionId, idempotencyKey: 'end' }
    await approval(reopened.capturePayment(end))
    const again = { accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'hold' }
    expect(await approval(reopened.authorizePayment(again))).to.deep.equal({ ...hold, replayed: true })
  })
})

type HoldCode = 'hold_already_captured' | 'hold_already_voided' | 'hold_expired'
