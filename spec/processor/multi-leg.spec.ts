import { expect } from 'chai'
import {
  AccountNotFoundError,
  AMOUNT_MAX,
  IdempotencyConflictError,
  InvalidAmountError,
  InvalidRequestError,
  type DeclineCode,
  type PaymentProcessor
} from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { leg, post, posted, type Leg } from '../support/legs.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

function withHole(index: number, other: Leg): readonly Leg[] {
  const legs = new Array<Leg>(3)
  for (const place of [0, 1, 2]) if (place !== index) legs[place] = other
  return legs
}

/** An array as a hostile caller may make it: what its `map` is given is not what comes out. */
class OwnMap extends Array<Leg> {
  override map<U>(): U[] {
    return [{ from: 'alice', to: 'shop', amount: 50n, currency: 'USD' }] as U[]
  }
}

describeOnEveryStore('A transaction of several legs', scene => {
  it('moves all of them in one entry', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n, platform: 0n })
    const legs = [leg('alice', 'shop', 45n), leg('alice', 'platform', 5n)]
    const result = await approval(post(bursar, legs))
    expect(result).to.include({ amount: 50n, currency: 'USD', message: 'Transaction posted successfully', sequence: 4 })
    expect(await posted(bursar, 'alice', 'shop', 'platform')).to.deep.equal([50n, 45n, 5n])
    expect(await bursar.getTransaction(result.transactionId)).to.deep.include({ kind: 'transaction', legs })
    expect(await bursar.getTransactionCount()).to.equal(1)
    expect(await collect(bursar.journal())).to.have.length(4)
  })

  it('pays into the settlement account of the currency of the leg', async () => {
    const bursar = await scene.given({ alice: 100n })
    await approval(post(bursar, [leg('alice', '@settlement', 3n), leg('alice', '@settlement:USD', 4n)]))
    expect(await posted(bursar, '@settlement:USD')).to.deep.equal([7n])
  })

  const breaches: readonly (readonly [
    what: string,
    code: DeclineCode,
    legs: readonly Leg[],
    prepare?: (bursar: PaymentProcessor) => Promise<unknown>
  ])[] = [
    ['needs more than there is in sum', 'insufficient_funds', [leg('alice', 'shop', 60n), leg('alice', 'bob', 41n)]],
    ['overdraws an account in its last leg', 'insufficient_funds', [leg('alice', 'shop', 1n), leg('bob', 'shop', 1n)]],
    [
      'pays an account from itself in its last leg',
      'same_account',
      [leg('alice', 'shop', 1n), leg('shop', 'shop', 1n)]
    ],
    [
      'names a foreign currency in its last leg',
      'currency_mismatch',
      [leg('alice', 'shop', 1n), leg('alice', 'shop', 1n, 'EUR')]
    ],
    ['joins accounts of two currencies', 'currency_mismatch', [leg('alice', 'shop', 1n), leg('alice', 'euros', 1n)]],
    [
      'takes from a frozen account in its last leg',
      'account_frozen',
      [leg('alice', 'bob', 1n), leg('shop', 'bob', 1n)],
      bursar => bursar.freezeAccount({ accountId: 'shop', direction: 'debits', reason: 'court', idempotencyKey: 'f' })
    ],
    [
      'gives to a closed account in its last leg',
      'account_closed',
      [leg('alice', 'shop', 1n), leg('alice', 'bob', 1n)],
      bursar => bursar.closeAccount({ accountId: 'bob', idempotencyKey: 'x' })
    ]
  ]

  for (const [what, code, legs, prepare] of breaches) {
    it(`does nothing at all when it ${what}: ${code}`, async () => {
      const bursar = await scene.given({ alice: 100n, shop: 0n, bob: 0n })
      await bursar.createAccount({ accountId: 'euros', currency: 'EUR' })
      await prepare?.(bursar)
      await decline(post(bursar, legs), code)
      expect(await posted(bursar, 'alice', 'shop', 'bob', 'euros')).to.deep.equal([100n, 0n, 0n, 0n])
      expect(await bursar.getTransactionCount()).to.equal(0)
    })
  }

  it('is checked as a whole: what comes in with one leg may go out with another, in any order', async () => {
    const bursar = await scene.given({ alice: 10n, bob: 0n, shop: 0n })
    await approval(post(bursar, [leg('bob', 'shop', 10n), leg('alice', 'bob', 10n)]))
    expect(await posted(bursar, 'alice', 'bob', 'shop')).to.deep.equal([0n, 0n, 10n])
  })

  it('may go round in a circle without any money', async () => {
    const bursar = await scene.given({ alice: 0n, bob: 0n, shop: 0n })
    await approval(post(bursar, [leg('alice', 'bob', 5n), leg('bob', 'shop', 5n), leg('shop', 'alice', 5n)]))
    expect(await posted(bursar, 'alice', 'bob', 'shop')).to.deep.equal([0n, 0n, 0n])
  })

  it('counts open holds, and uses overdrafts, of every account in it', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    await bursar.createAccount({ accountId: 'bob', currency: 'USD', overdraftLimit: 7n })
    await approval(bursar.authorizePayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'h' }))
    await decline(post(bursar, [leg('bob', 'shop', 7n), leg('alice', 'shop', 61n)], 'k1'), 'insufficient_funds')
    await decline(post(bursar, [leg('alice', 'shop', 60n), leg('bob', 'shop', 8n)], 'k2'), 'insufficient_funds')
    await approval(post(bursar, [leg('bob', 'shop', 7n), leg('alice', 'shop', 60n)], 'k3'))
    expect(await bursar.getBalance('alice')).to.include({ posted: 40n, held: 40n, available: 0n })
    expect(await bursar.getBalance('bob')).to.include({ posted: -7n, available: 0n })
  })

  it('declines a balance on the way that no entry could hold, though the last one fits: amount_overflow', async () => {
    const bursar = await scene.given({ alice: AMOUNT_MAX - 10n, bob: 10n })
    const there = leg('bob', 'alice', 11n)
    await decline(post(bursar, [there, leg('alice', 'bob', 11n)], 'k'), 'amount_overflow')
    await approval(post(bursar, [leg('alice', 'bob', 11n), there], 'l'))
    expect(await bursar.verify()).to.include({ ok: true })
  })

  it('declines a sum that no balance could hold: amount_overflow', async () => {
    const bursar = await scene.given({ alice: 1n, shop: 1n })
    await bursar.createAccount({ accountId: 'bob', currency: 'USD', overdraftLimit: AMOUNT_MAX })
    const legs = [leg('bob', 'shop', AMOUNT_MAX - 1n), leg('alice', 'shop', 1n)]
    await decline(post(bursar, legs), 'amount_overflow')
    expect(await posted(bursar, 'alice', 'bob', 'shop')).to.deep.equal([1n, 0n, 1n])
  })

  it('is rejected when any account does not exist, and leaves its key free', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const legs = [leg('alice', 'shop', 1n), leg('alice', 'bob', 1n)]
    expect((await rejectionOf(post(bursar, legs), AccountNotFoundError)).accountId).to.equal('bob')
    await bursar.createAccount({ accountId: 'bob', currency: 'USD' })
    await approval(post(bursar, legs))
  })

  it('replays as a whole, and its key knows every leg', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n, bob: 0n })
    const legs = [leg('alice', 'shop', 1n), leg('alice', 'bob', 2n)]
    const first = await approval(post(bursar, legs))
    expect(await approval(post(bursar, legs))).to.deep.equal({ ...first, replayed: true })
    for (const other of [legs.slice(0, 1), [...legs].reverse(), [legs[0]!, leg('alice', 'bob', 3n)]]) {
      expect((await rejectionOf(post(bursar, other), IdempotencyConflictError)).fields).to.deep.equal(['legs'])
    }
    expect(await posted(bursar, 'alice')).to.deep.equal([97n])
  })

  it('may have 100 legs', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    await approval(
      post(
        bursar,
        Array.from({ length: 100 }, () => leg('alice', 'shop', 1n))
      )
    )
    expect(await posted(bursar, 'alice', 'shop')).to.deep.equal([0n, 100n])
  })

  const malformed: readonly (readonly [what: string, legs: unknown, error: new (message: string) => Error])[] = [
    ['no legs', [], InvalidRequestError],
    ['101 legs', Array.from({ length: 101 }, () => leg('alice', 'shop', 1n)), InvalidRequestError],
    ['legs that are no list', { 0: leg('alice', 'shop', 1n), length: 1 }, InvalidRequestError],
    ['a leg that is nothing', [null], InvalidRequestError],
    ['a leg without a currency', [{ from: 'alice', to: 'shop', amount: 1n }], InvalidRequestError],
    ['a leg out of a system account', [leg('@funding:USD', 'alice', 1n)], InvalidRequestError],
    ['a leg of nothing', [leg('alice', 'shop', 0n)], InvalidAmountError],
    ['a last leg that is negative', [leg('alice', 'shop', 1n), leg('alice', 'shop', -1n)], InvalidAmountError],
    ['a hole in front', withHole(0, leg('alice', 'shop', 1n)), InvalidRequestError],
    ['a hole in between', withHole(1, leg('alice', 'shop', 1n)), InvalidRequestError],
    ['nothing but holes', new Array(2), InvalidRequestError],
    [
      'legs that amount to more than 2^63−1',
      [leg('alice', 'shop', AMOUNT_MAX), leg('shop', 'alice', 1n)],
      InvalidAmountError
    ],
    [
      'unchecked legs of an array that maps in its own way',
      new OwnMap(leg('@funding:USD', 'alice', 1n)),
      InvalidRequestError
    ]
  ]

  for (const [what, legs, error] of malformed) {
    it(`is refused with ${what}, and nothing is recorded`, async () => {
      const bursar = await scene.given({ alice: 100n, shop: 0n })
      await rejectionOf(post(bursar, legs as readonly Leg[]), error)
      expect(await collect(bursar.journal())).to.have.length(2)
    })
  }

  it('may amount to 2^63−1 in each of two currencies', async () => {
    const bursar = await scene.given({ alice: AMOUNT_MAX, shop: 0n })
    await bursar.createAccount({ accountId: 'euros', currency: 'EUR', initialBalance: AMOUNT_MAX })
    await bursar.createAccount({ accountId: 'till', currency: 'EUR' })
    await approval(post(bursar, [leg('alice', 'shop', AMOUNT_MAX), leg('euros', 'till', AMOUNT_MAX, 'EUR')]))
    expect(await posted(bursar, 'shop', 'till')).to.deep.equal([AMOUNT_MAX, AMOUNT_MAX])
  })

  for (const [count, legs] of [
    [0, []],
    [101, Array.from({ length: 101 }, () => leg('alice', 'shop', 1n))]
  ] as const) {
    it(`says that there were ${count} legs, when that is too few or too many`, async () => {
      const bursar = await scene.given({ alice: 100n, shop: 0n })
      const { message } = await rejectionOf(post(bursar, legs), InvalidRequestError)
      expect(message).to.match(new RegExp(`got ${count}\\.`))
    })
  }

  it('copies its legs at the door', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    const legs = [{ ...leg('alice', 'shop', 1n) }]
    const result = post(bursar, legs)
    legs[0]!.amount = 50n
    legs.push(leg('alice', 'shop', 9n))
    expect(await approval(result)).to.include({ amount: 1n })
    expect(await posted(bursar, 'shop')).to.deep.equal([1n])
  })
})
