import { expect } from 'chai'
import { InvalidRequestError, type PaymentProcessor, type TransactionQuery } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

/** Alice pays, gets a refund, a deposit and a decline, and sends to Bob, one minute apart. Sequences 3 to 7. */
async function busyDay(scene: Scene): Promise<PaymentProcessor> {
  const bursar = await scene.given({ alice: 100n, bob: 0n })
  const alice = { accountId: 'alice' }
  const next = () => scene.clock.advance(60_000)
  next()
  const paid = await approval(bursar.processPayment({ ...alice, amount: 30n, idempotencyKey: 'p' }))
  next()
  const refund = { ...alice, amount: 5n, originalTransactionId: paid.transactionId, idempotencyKey: 'r' }
  await approval(bursar.refundPayment(refund))
  next()
  await decline(bursar.processPayment({ ...alice, amount: 999n, idempotencyKey: 'n' }), 'insufficient_funds')
  next()
  await approval(bursar.deposit({ ...alice, amount: 7n, idempotencyKey: 'd' }))
  next()
  await approval(bursar.transfer({ ...alice, to: 'bob', amount: 2n, idempotencyKey: 't' }))
  return bursar
}

describeOnEveryStore('History', scene => {
  const list = async (query?: TransactionQuery): Promise<readonly string[]> =>
    (await collect((await busyDay(scene)).listTransactions(query))).map(({ kind, sequence }) => `${sequence} ${kind}`)

  const queries: readonly (readonly [title: string, query: TransactionQuery | undefined, then: readonly string[]])[] = [
    ['lists what was approved, oldest first', undefined, ['3 payment', '4 refund', '6 deposit', '7 transfer']],
    ['lists everything for an empty query', {}, ['3 payment', '4 refund', '6 deposit', '7 transfer']],
    [
      'lists what moved money of one account',
      { accountId: 'alice' },
      ['3 payment', '4 refund', '6 deposit', '7 transfer']
    ],
    ['lists what an account received from others', { accountId: 'bob' }, ['7 transfer']],
    ['lists what went through a system account', { accountId: '@settlement:USD' }, ['3 payment', '4 refund']],
    ['goes on after a sequence', { after: 4 }, ['6 deposit', '7 transfer']],
    ['goes on after a sequence that is no transaction', { after: 5 }, ['6 deposit', '7 transfer']],
    ['has nothing after the end', { after: 7 }, []],
    ['has nothing after what is yet to come', { after: 1_000 }, []],
    ['stops at the limit', { limit: 2 }, ['3 payment', '4 refund']],
    ['stops at the limit within an account', { accountId: 'alice', after: 3, limit: 1 }, ['4 refund']],
    ['stops at the end before the limit', { limit: 100 }, ['3 payment', '4 refund', '6 deposit', '7 transfer']]
  ]

  for (const [title, query, then] of queries) {
    it(title, async () => expect(await list(query)).to.deep.equal(then))
  }

  const minute = (count: number): Date => new Date(Date.UTC(2026, 0, 1) + count * 60_000)
  const times: readonly (readonly [title: string, query: TransactionQuery, then: readonly string[]])[] = [
    ['from a time on, that time included', { from: minute(2) }, ['4 refund', '6 deposit', '7 transfer']],
    ['before a time, that time excluded', { to: minute(4) }, ['3 payment', '4 refund']],
    ['between two times', { from: minute(2), to: minute(5) }, ['4 refund', '6 deposit']],
    ['from a time after the end', { from: minute(6) }, []],
    ['before a time before the beginning', { to: minute(0) }, []],
    ['between times that leave nothing', { from: minute(4), to: minute(4) }, []],
    [
      'with all conditions at once',
      { accountId: 'alice', from: minute(1), to: minute(5), after: 3, limit: 1 },
      ['4 refund']
    ]
  ]

  for (const [title, query, then] of times) {
    it(`lists what was recorded ${title}`, async () => expect(await list(query)).to.deep.equal(then))
  }

  const invalid: readonly (readonly [what: string, query: unknown])[] = [
    ['a negative cursor', { after: -1 }],
    ['a fractional cursor', { after: 0.5 }],
    ['a cursor of text', { after: '3' }],
    ['a limit of zero', { limit: 0 }],
    ['a negative limit', { limit: -1 }],
    ['a fractional limit', { limit: 1.5 }],
    ['an account id outside the alphabet', { accountId: 'al ice' }],
    ['a time that is no time', { from: new Date(Number.NaN) }],
    ['an end that is no time', { to: new Date(Number.NaN) }],
    ['a time as a number', { from: 1_767_225_600_000 }],
    ['a time as text', { to: '2026-01-01' }]
  ]

  for (const [what, query] of invalid) {
    it(`refuses ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await rejectionOf(collect(bursar.listTransactions(query as TransactionQuery)), InvalidRequestError)
    })
  }

  it('lists page by page without a gap or a repetition while payments go on', async () => {
    const bursar = await scene.given({ alice: 2_000n })
    const pay = (count: number, from: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${from + index}` })
        )
      )
    await pay(1_100, 0)
    const seen: number[] = []
    for await (const { sequence } of bursar.listTransactions({ accountId: 'alice', to: minute(60) })) {
      seen.push(sequence)
      if (seen.length === 10) await pay(50, 1_100)
    }
    expect(seen).to.deep.equal(Array.from({ length: 1_100 }, (_, index) => index + 2))
    const rest = await collect(bursar.listTransactions({ accountId: 'alice', after: seen.at(-1)! }))
    expect(rest.map(({ sequence }) => sequence)).to.deep.equal(Array.from({ length: 50 }, (_, index) => index + 1_102))
    expect(await collect(bursar.journal())).to.have.length(1_151)
  })

  it('may be left in the middle of a listing', async () => {
    const bursar = await busyDay(scene)
    for await (const transaction of bursar.listTransactions()) {
      expect(transaction.kind).to.equal('payment')
      break
    }
    expect(await collect(bursar.listTransactions())).to.have.length(4)
  })

  it('keeps everything executed in the journal, declines included, in order and without gaps', async () => {
    const bursar = await busyDay(scene)
    const journal = await collect(bursar.journal())
    expect(journal.map(({ sequence, command, outcome }) => [sequence, command.type, outcome])).to.deep.equal([
      [1, 'CreateAccount', 'approved'],
      [2, 'CreateAccount', 'approved'],
      [3, 'ProcessPayment', 'approved'],
      [4, 'RefundPayment', 'approved'],
      [5, 'ProcessPayment', 'declined'],
      [6, 'Deposit', 'approved'],
      [7, 'Transfer', 'approved']
    ])
    expect(journal[4]).to.deep.include({
      code: 'insufficient_funds',
      message: 'Insufficient funds. Balance: 75, Required: 999',
      transactionId: null,
      amount: 999n,
      attempt: 1,
      postings: [],
      holds: [],
      timestamp: minute(3)
    })
  })

  it('resumes the journal after any sequence', async () => {
    const bursar = await busyDay(scene)
    const sequences = async (after: number) =>
      (await collect(bursar.journal({ after }))).map(({ sequence }) => sequence)
    expect(await sequences(0)).to.deep.equal([1, 2, 3, 4, 5, 6, 7])
    expect(await sequences(6)).to.deep.equal([7])
    expect(await sequences(7)).to.deep.equal([])
    for (const after of [-1, 1.5, Number.NaN]) await rejectionOf(sequences(after), InvalidRequestError)
  })

  it('chains every entry of the journal to the one before, from 64 zeros on', async () => {
    const bursar = await busyDay(scene)
    const journal = await collect(bursar.journal())
    let previousHash = '0'.repeat(64)
    for (const entry of journal) {
      expect(entry.previousHash).to.equal(previousHash)
      expect(entry.hash).to.match(/^[0-9a-f]{64}$/)
      previousHash = entry.hash
    }
    expect(new Set(journal.map(({ hash }) => hash)).size).to.equal(7)
    expect(await bursar.verify()).to.include({ ok: true, headHash: previousHash })
  })

  it('reads the same after a restart, hashes included', async () => {
    const bursar = await busyDay(scene)
    const [journal, listing] = [await collect(bursar.journal()), await collect(bursar.listTransactions())]
    await bursar.close()
    const reopened = await scene.open()
    expect(await collect(reopened.journal())).to.deep.equal(journal)
    expect(await collect(reopened.listTransactions())).to.deep.equal(listing)
  })

  it('hashes to the same value for the same history, in every store and every version', async () => {
    // Ids are random, so only entries without one are the same every time: the creation of accounts.
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    expect((await bursar.verify()).headHash).to.equal(GOLDEN)
  })
})

/** It changes when the stored form of an entry changes, which would break every ledger that exists. */
const GOLDEN = 'd1a88488a57a5c9601935756bc5d1d2c712ec70d43f1e45c70a9f2dc79eb7702'
