import { expect } from 'chai'
import { InvalidRequestError, type PaymentProcessor, type TransactionKind, type TransactionQuery } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const SECOND_MS = 1_000

/** One transaction of every kind, and a decline that is none. Sequences 3 to 14. */
async function everyKind(scene: Scene): Promise<PaymentProcessor> {
  const bursar = await scene.given({ alice: 100n, shop: 0n })
  const alice = { accountId: 'alice' }
  const hold = async (idempotencyKey: string) =>
    (await approval(bursar.authorizePayment({ ...alice, amount: 5n, expiresInMs: SECOND_MS, idempotencyKey })))
      .transactionId
  const paid = await approval(bursar.processPayment({ ...alice, amount: 10n, payee: 'shop', idempotencyKey: 'p' }))
  await approval(
    bursar.refundPayment({ ...alice, amount: 1n, originalTransactionId: paid.transactionId, idempotencyKey: 'r' })
  )
  await approval(bursar.deposit({ ...alice, amount: 2n, idempotencyKey: 'd' }))
  await approval(bursar.transfer({ ...alice, to: 'shop', amount: 3n, idempotencyKey: 't' }))
  const legs = [{ from: 'alice', to: 'shop', amount: 4n, currency: 'USD' }]
  await approval(bursar.postTransaction({ ...alice, legs, idempotencyKey: 'm' }))
  await decline(bursar.processPayment({ ...alice, amount: 999n, idempotencyKey: 'n' }), 'insufficient_funds')
  await approval(bursar.capturePayment({ ...alice, authorizationId: await hold('h1'), idempotencyKey: 'c' }))
  await approval(bursar.voidPayment({ ...alice, authorizationId: await hold('h2'), idempotencyKey: 'v' }))
  await hold('h3')
  scene.clock.advance(SECOND_MS)
  await bursar.getBalance('alice')
  return bursar
}

const SEQUENCES: Readonly<Record<TransactionKind, readonly number[]>> = {
  payment: [3],
  refund: [4],
  deposit: [5],
  transfer: [6],
  transaction: [7],
  authorization: [9, 11, 13],
  capture: [10],
  void: [12],
  expiry: [14]
}

describeOnEveryStore('Listing transactions by kind', scene => {
  const sequencesOf = async (bursar: PaymentProcessor, query: TransactionQuery) =>
    (await collect(bursar.listTransactions(query))).map(({ sequence }) => sequence)

  for (const [kind, sequences] of Object.entries(SEQUENCES) as [TransactionKind, readonly number[]][]) {
    it(`finds every ${kind} and nothing else`, async () => {
      const bursar = await everyKind(scene)
      const listed = await collect(bursar.listTransactions({ kind }))
      expect(listed.map(({ sequence }) => sequence)).to.deep.equal(sequences)
      expect(listed.every(transaction => transaction.kind === kind)).to.equal(true)
    })
  }

  it('finds them all when no kind is named', async () => {
    const bursar = await everyKind(scene)
    const all = Object.values(SEQUENCES).flat()
    all.sort((one, other) => one - other)
    expect(await sequencesOf(bursar, {})).to.deep.equal(all)
  })

  it('combines with account, cursor, limit and time', async () => {
    const bursar = await everyKind(scene)
    expect(await sequencesOf(bursar, { kind: 'capture', accountId: '@settlement:USD' })).to.deep.equal([10])
    expect(await sequencesOf(bursar, { kind: 'authorization', accountId: 'alice', after: 9 })).to.deep.equal([11, 13])
    expect(await sequencesOf(bursar, { kind: 'authorization', after: 3, limit: 2 })).to.deep.equal([9, 11])
    expect(await sequencesOf(bursar, { kind: 'authorization', accountId: 'shop' })).to.deep.equal([])
    const from = new Date(scene.clock.now())
    expect(await sequencesOf(bursar, { kind: 'expiry', from })).to.deep.equal([14])
    expect(await sequencesOf(bursar, { kind: 'expiry', to: from })).to.deep.equal([])
  })

  it('shows how each authorization ended', async () => {
    const bursar = await everyKind(scene)
    const listed = await collect(bursar.listTransactions({ kind: 'authorization' }))
    expect(listed.map(({ holdStatus }) => holdStatus)).to.deep.equal(['captured', 'voided', 'expired'])
  })

  it('counts the limit in what is found, not in what is passed over', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    for (let round = 0; round < 20; round++) {
      const alice = { accountId: 'alice', amount: 1n }
      const payments = [1, 2, 3, 4].map(index =>
        bursar.processPayment({ ...alice, idempotencyKey: `p${round}-${index}` })
      )
      await Promise.all([...payments, bursar.deposit({ ...alice, idempotencyKey: `d${round}` })])
    }
    expect(await sequencesOf(bursar, { kind: 'deposit', limit: 3 })).to.deep.equal([6, 11, 16])
    expect(await sequencesOf(bursar, { kind: 'deposit', limit: 3, after: 16 })).to.deep.equal([21, 26, 31])
    expect(await sequencesOf(bursar, { kind: 'deposit' })).to.have.length(20)
  })

  it('pages with a cursor without a gap or a repetition while writes go on', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    const alice = { accountId: 'alice', amount: 1n }
    const write = (name: string) => [
      bursar.deposit({ ...alice, idempotencyKey: `d${name}` }),
      bursar.processPayment({ ...alice, idempotencyKey: `p${name}` })
    ]
    await Promise.all(Array.from({ length: 10 }, (_, index) => write(`before ${index}`)).flat())
    const seen: number[] = []
    for (let after: number | undefined = 0, page = 0; after !== undefined; page++) {
      const listed: readonly number[] = await sequencesOf(bursar, { kind: 'deposit', after, limit: 4 })
      seen.push(...listed)
      if (page < 3) await Promise.all(write(`meanwhile ${page}`))
      after = listed.at(-1)
    }
    expect(seen).to.deep.equal(Array.from({ length: 13 }, (_, index) => 2 + 2 * index))
  })

  for (const kind of ['', 'Payment', 'payments', '__proto__', 1, null]) {
    it(`refuses ${JSON.stringify(kind)} for a kind`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const listed = collect(bursar.listTransactions({ kind: kind as TransactionKind }))
      await rejectionOf(listed, InvalidRequestError)
    })
  }
})
