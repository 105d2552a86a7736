import { expect } from 'chai'
import type { JournalEntry, PaymentProcessor, PaymentProcessorOptions, PaymentResult } from 'bursar'
import { approval, changedAccount, collect, decline } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const LIFETIME_MS = 1_000
/** A sweep that does not come while a requirement runs: what is seen then is decided at execution. */
const NEVER = { holds: { sweepIntervalMs: 86_400_000 } }

interface Reserved {
  readonly bursar: PaymentProcessor
  readonly authorizationId: string
  capture(): Promise<PaymentResult>
}

/** Of Alice's 100, 40 are reserved for a second. */
async function reserved(scene: Scene, options: PaymentProcessorOptions = NEVER): Promise<Reserved> {
  const bursar = await scene.given({ alice: 100n, shop: 0n }, options)
  const request = { accountId: 'alice', payee: 'shop', amount: 40n, expiresInMs: LIFETIME_MS, idempotencyKey: 'h' }
  const { transactionId: authorizationId } = await approval(bursar.authorizePayment(request))
  const capture = () => bursar.capturePayment({ accountId: 'alice', authorizationId, idempotencyKey: 'c' })
  return { bursar, authorizationId, capture }
}

async function expiries(bursar: PaymentProcessor): Promise<readonly JournalEntry[]> {
  const journal = await collect(bursar.journal())
  return journal.filter(({ command }) => command.type === 'ExpireHold')
}

describeOnEveryStore('The expiry of a hold', scene => {
  const moments: readonly (readonly [title: string, waitedMs: number, isExpired: boolean])[] = [
    ['a millisecond before its deadline leaves it', LIFETIME_MS - 1, false],
    ['at its deadline ends it', LIFETIME_MS, true],
    ['a millisecond after its deadline ends it', LIFETIME_MS + 1, true]
  ]

  for (const [title, waitedMs, isExpired] of moments) {
    it(`${title}: a capture`, async () => {
      const { bursar, capture } = await reserved(scene)
      scene.clock.advance(waitedMs)
      if (isExpired) await decline(capture(), 'hold_expired')
      else await approval(capture())
      expect((await bursar.getBalance('shop')).posted).to.equal(isExpired ? 0n : 40n)
    })

    it(`${title}: a void`, async () => {
      const { bursar, authorizationId } = await reserved(scene)
      scene.clock.advance(waitedMs)
      const request = { accountId: 'alice', authorizationId, idempotencyKey: 'v' }
      if (isExpired) await decline(bursar.voidPayment(request), 'hold_expired')
      else await approval(bursar.voidPayment(request))
    })

    it(`${title}: a payment of everything`, async () => {
      const { bursar } = await reserved(scene)
      scene.clock.advance(waitedMs)
      const request = { accountId: 'alice', amount: 100n, idempotencyKey: 'p' }
      if (isExpired) await approval(bursar.processPayment(request))
      else await decline(bursar.processPayment(request), 'insufficient_funds')
    })

    it(`${title}: a look at the balance`, async () => {
      const { bursar } = await reserved(scene)
      scene.clock.advance(waitedMs)
      const held = isExpired ? 0n : 40n
      expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held, available: 100n - held })
    })
  }

  it('is decided when the command is executed, not when it was submitted', async () => {
    const store = scene.gatedStore()
    const { bursar, capture } = await reserved(scene, { ...NEVER, store })
    const gate = store.hold('load')
    const result = capture()
    await gate.reached
    scene.clock.advance(LIFETIME_MS)
    gate.open()
    await decline(result, 'hold_expired')
    expect(await bursar.getBalance('alice')).to.include({ posted: 100n, held: 0n })
  })

  it('is an entry of the journal, ahead of the command that found it', async () => {
    const { bursar, authorizationId, capture } = await reserved(scene)
    scene.clock.advance(LIFETIME_MS)
    await decline(capture(), 'hold_expired')
    const [expiry, declined] = await collect(bursar.journal({ after: 3 }))
    expect(expiry).to.deep.include({
      sequence: 4,
      outcome: 'approved',
      command: { type: 'ExpireHold', accountId: 'alice', authorizationId },
      amount: 40n,
      holds: [{ accountId: 'alice', amount: -40n, heldAfter: 0n }],
      postings: []
    })
    expect(declined).to.deep.include({ sequence: 5, outcome: 'declined', code: 'hold_expired' })
    expect((await bursar.verify()).ok).to.equal(true)
  })

  it('is recorded once, however many look', async () => {
    const { bursar, authorizationId, capture } = await reserved(scene)
    scene.clock.advance(LIFETIME_MS)
    const reads = [bursar.getBalance('alice'), bursar.getAccount('alice'), bursar.getTransaction(authorizationId)]
    await Promise.all([...reads, capture(), ...reads])
    expect(await expiries(bursar)).to.have.length(1)
  })

  const reads: readonly (readonly [
    name: string,
    read: (held: Reserved) => Promise<unknown>,
    then: Readonly<Record<string, unknown>>
  ])[] = [
    ['getBalance', ({ bursar }) => bursar.getBalance('alice'), { held: 0n, available: 100n }],
    ['getAccount', ({ bursar }) => bursar.getAccount('alice'), { held: 0n, available: 100n }],
    [
      'getTransaction',
      ({ bursar, authorizationId }) => bursar.getTransaction(authorizationId),
      { holdStatus: 'expired' }
    ],
    [
      'listTransactions of the account',
      async ({ bursar }) => (await collect(bursar.listTransactions({ accountId: 'alice' })))[0],
      { kind: 'authorization', holdStatus: 'expired' }
    ]
  ]

  for (const [name, read, then] of reads) {
    it(`is seen by ${name} without a sweep, also after a restart`, async () => {
      const held = await reserved(scene)
      await held.bursar.close()
      scene.clock.advance(LIFETIME_MS)
      const reopened = await scene.open(NEVER)
      expect(await read({ ...held, bursar: reopened })).to.include(then)
      expect(await expiries(reopened)).to.have.length(1)
    })
  }

  it('sets the money free for everything that may follow: closing, a refund out of the payee, a leg', async () => {
    const bursar = await scene.given({ alice: 10n, shop: 0n, bob: 5n }, NEVER)
    const paid = await approval(
      bursar.processPayment({ accountId: 'alice', payee: 'shop', amount: 10n, idempotencyKey: 'p' })
    )
    const hold = { expiresInMs: LIFETIME_MS, idempotencyKey: 'h' }
    await approval(bursar.authorizePayment({ accountId: 'shop', amount: 10n, ...hold }))
    await approval(bursar.authorizePayment({ accountId: 'bob', amount: 5n, ...hold }))
    const refund = { accountId: 'alice', originalTransactionId: paid.transactionId, idempotencyKey: 'r' }
    await decline(bursar.refundPayment(refund), 'payee_insufficient_funds')
    scene.clock.advance(LIFETIME_MS)
    await approval(bursar.refundPayment(refund))
    const legs = [{ from: 'bob', to: 'alice', amount: 5n, currency: 'USD' }]
    await approval(bursar.postTransaction({ accountId: 'alice', legs, idempotencyKey: 't' }))
    await changedAccount(bursar.closeAccount({ accountId: 'bob', idempotencyKey: 'x' }))
    expect(await bursar.getBalance('alice')).to.include({ posted: 15n })
  })

  it('lets an account be closed once its last hold has run out', async () => {
    const bursar = await scene.open(NEVER)
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', overdraftLimit: 50n })
    const hold = { accountId: 'alice', amount: 50n, expiresInMs: LIFETIME_MS, idempotencyKey: 'h' }
    await approval(bursar.authorizePayment(hold))
    await decline(bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'x' }), 'account_not_empty')
    scene.clock.advance(LIFETIME_MS)
    await changedAccount(bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'x' }))
  })

  it('passes on a frozen account', async () => {
    const { bursar } = await reserved(scene)
    const freeze = { accountId: 'alice', direction: 'all', reason: 'court order', idempotencyKey: 'f' } as const
    await changedAccount(bursar.freezeAccount(freeze))
    scene.clock.advance(LIFETIME_MS)
    expect(await bursar.getBalance('alice')).to.include({ held: 0n })
  })

  it('ends each of several holds at its own deadline, the earliest first', async () => {
    const bursar = await scene.given({ alice: 111n }, NEVER)
    for (const [index, expiresInMs] of [300, 100, 200].entries()) {
      const amount = BigInt(10 ** index)
      await approval(bursar.authorizePayment({ accountId: 'alice', amount, expiresInMs, idempotencyKey: `h${index}` }))
    }
    const seen: bigint[] = []
    for (const waitedMs of [99, 1, 99, 1, 99, 1]) {
      scene.clock.advance(waitedMs)
      seen.push((await bursar.getBalance('alice')).held)
    }
    expect(seen).to.deep.equal([111n, 101n, 101n, 1n, 1n, 0n])
    expect((await expiries(bursar)).map(({ amount }) => amount)).to.deep.equal([10n, 100n, 1n])
  })

  it('counts from recorded time, also while the clock is behind it', async () => {
    const bursar = await scene.given({ alice: 100n }, NEVER)
    const recorded = scene.clock.now()
    scene.clock.set(recorded - 60_000)
    const hold = { accountId: 'alice', amount: 40n, expiresInMs: LIFETIME_MS, idempotencyKey: 'h' }
    expect((await approval(bursar.authorizePayment(hold))).expiresAt).to.deep.equal(new Date(recorded + LIFETIME_MS))
    scene.clock.set(recorded + LIFETIME_MS - 1)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
    scene.clock.set(recorded + LIFETIME_MS)
    expect(await bursar.getBalance('alice')).to.include({ held: 0n })
  })

  it('is not undone by a clock that is set back', async () => {
    const { bursar, capture } = await reserved(scene)
    scene.clock.advance(LIFETIME_MS)
    expect(await bursar.getBalance('alice')).to.include({ held: 0n })
    scene.clock.set(scene.clock.now() - LIFETIME_MS)
    await decline(capture(), 'hold_expired')
  })
})
