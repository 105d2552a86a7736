import { expect } from 'chai'
import { AccountNotFoundError, InvalidRequestError, type BalanceQuery, type PaymentProcessor } from 'bursar'
import { approval, changedAccount, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const START = Date.UTC(2026, 0, 1)
const minute = (count: number, ms = 0): Date => new Date(START + count * 60_000 + ms)

/** One entry a minute, from sequence 1 at minute 0: whatever can change a balance of Alice's, and a decline. */
async function eventfulDay(scene: Scene): Promise<PaymentProcessor> {
  const bursar = await scene.open()
  const alice = { accountId: 'alice' }
  const next = () => scene.clock.advance(60_000)
  await bursar.createAccount({ ...alice, currency: 'USD', initialBalance: 100n, overdraftLimit: 20n })
  next()
  await bursar.createAccount({ accountId: 'shop', currency: 'USD' })
  next()
  const hold = await approval(
    bursar.authorizePayment({ ...alice, payee: 'shop', amount: 40n, expiresInMs: 600_000, idempotencyKey: 'h' })
  )
  next()
  const capture = { ...alice, authorizationId: hold.transactionId, amount: 30n, idempotencyKey: 'c' }
  const captured = await approval(bursar.capturePayment(capture))
  next()
  await changedAccount(bursar.setAccountLimits({ ...alice, overdraftLimit: 50n, idempotencyKey: 'l' }))
  next()
  await decline(bursar.processPayment({ ...alice, amount: 999n, idempotencyKey: 'n' }), 'insufficient_funds')
  next()
  const refund = { ...alice, originalTransactionId: captured.transactionId, amount: 5n, idempotencyKey: 'r' }
  await approval(bursar.refundPayment(refund))
  return bursar
}

/** Alice's posted, held and available amounts after each sequence. */
const HISTORY: readonly (readonly [posted: bigint, held: bigint, available: bigint])[] = [
  [100n, 0n, 120n],
  [100n, 0n, 120n],
  [100n, 40n, 80n],
  [70n, 0n, 90n],
  [70n, 0n, 120n],
  [70n, 0n, 120n],
  [75n, 0n, 125n]
]

describeOnEveryStore('A balance of the past', scene => {
  it('is given for every sequence: after that entry', async () => {
    const bursar = await eventfulDay(scene)
    for (const [index, [posted, held, available]] of HISTORY.entries()) {
      const sequence = index + 1
      const expected = { currency: 'USD', posted, held, available, sequence }
      expect(await bursar.getBalance('alice', { at: sequence }), `after ${sequence}`).to.deep.equal(expected)
    }
  })

  it('is given for every time: after the last entry at or before it', async () => {
    const bursar = await eventfulDay(scene)
    for (const [index, [posted, held, available]] of HISTORY.entries()) {
      const expected = { currency: 'USD', posted, held, available, sequence: index + 1 }
      expect(await bursar.getBalance('alice', { at: minute(index) }), `at minute ${index}`).to.deep.equal(expected)
      const justBeforeNext = minute(index + 1, -1)
      expect(await bursar.getBalance('alice', { at: justBeforeNext }), 'just before the next').to.deep.equal(expected)
    }
  })

  it('is the present one at the head, now and for times to come', async () => {
    const bursar = await eventfulDay(scene)
    const present = await bursar.getBalance('alice')
    for (const at of [7, new Date(scene.clock.now()), minute(1_000_000)]) {
      expect(await bursar.getBalance('alice', { at })).to.deep.equal(present)
    }
    expect(await bursar.getBalance('alice', {})).to.deep.equal(present)
  })

  it('takes into account all entries of one moment', async () => {
    const bursar = await scene.given({ alice: 100n })
    for (const index of [1, 2, 3]) {
      await approval(bursar.processPayment({ accountId: 'alice', amount: 10n, idempotencyKey: `k${index}` }))
    }
    const at = new Date(scene.clock.now())
    expect(await bursar.getBalance('alice', { at })).to.include({ posted: 70n, sequence: 4 })
    expect(await bursar.getBalance('alice', { at: 2 })).to.include({ posted: 90n, sequence: 2 })
  })

  it('is given for payees and system accounts', async () => {
    const bursar = await eventfulDay(scene)
    expect(await bursar.getBalance('shop', { at: 4 })).to.include({ posted: 30n })
    expect(await bursar.getBalance('shop', { at: 7 })).to.include({ posted: 25n })
    expect(await bursar.getBalance('@funding:USD', { at: 5 })).to.include({ posted: -100n, available: -100n })
  })

  it('counts a hold as reserved until its release was recorded', async () => {
    const bursar = await scene.given({ alice: 100n }, { holds: { sweepIntervalMs: 86_400_000 } })
    const hold = { accountId: 'alice', amount: 40n, expiresInMs: 60_000, idempotencyKey: 'h' }
    await approval(bursar.authorizePayment(hold))
    scene.clock.advance(120_000)
    expect(await bursar.getBalance('alice', { at: minute(0) })).to.include({ held: 40n, available: 60n })
    expect(await bursar.getBalance('alice', { at: minute(2) })).to.include({ held: 0n, available: 100n })
  })

  it('stays the same whatever happens later, and after a restart', async () => {
    const bursar = await eventfulDay(scene)
    const before = await bursar.getBalance('alice', { at: 3 })
    await approval(bursar.deposit({ accountId: 'alice', amount: 1_000n, idempotencyKey: 'd' }))
    expect(await bursar.getBalance('alice', { at: 3 })).to.deep.equal(before)
    await bursar.close()
    expect(await (await scene.open()).getBalance('alice', { at: 3 })).to.deep.equal(before)
  })

  it('sees what was submitted before it', async () => {
    const bursar = await scene.given({ alice: 100n })
    const paid = bursar.processPayment({ accountId: 'alice', amount: 30n, idempotencyKey: 'p' })
    const balance = bursar.getBalance('alice', { at: new Date(scene.clock.now()) })
    await approval(paid)
    expect(await balance).to.include({ posted: 70n, sequence: 2 })
  })

  const unknown: readonly (readonly [when: string, accountId: string, at: number | Date])[] = [
    ['before it was created, by sequence', 'shop', 1],
    ['before it was created, by time', 'shop', minute(1, -1)],
    ['before the first entry', 'alice', 0],
    ['before the first time', 'alice', minute(-1)],
    ['that does not exist', 'nobody', 3]
  ]

  for (const [when, accountId, at] of unknown) {
    it(`is not found for an account ${when}`, async () => {
      const bursar = await eventfulDay(scene)
      await rejectionOf(bursar.getBalance(accountId, { at }), AccountNotFoundError)
    })
  }

  for (const at of [8, -1, 1.5, Number.NaN, Infinity, new Date(Number.NaN), '3', 3n, null]) {
    it(`is refused at ${typeof at} ${String(at)}`, async () => {
      const bursar = await eventfulDay(scene)
      await rejectionOf(bursar.getBalance('alice', { at } as BalanceQuery), InvalidRequestError)
    })
  }
})
