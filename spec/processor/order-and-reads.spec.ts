import { expect } from 'chai'
import { AccountNotFoundError, TransactionNotFoundError, type PaymentProcessor } from 'bursar'
import { approval, changedAccount, collect, decline, quiescence } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const pay = (bursar: PaymentProcessor, amount: bigint, idempotencyKey: string) =>
  bursar.processPayment({ accountId: 'alice', amount, idempotencyKey })

describeOnEveryStore('Order and reads', scene => {
  it('numbers everything executed from 1, without holes', async () => {
    const bursar = await scene.given({ alice: 100n })
    const calls = Array.from({ length: 50 }, (_, index) => pay(bursar, index % 3 === 0 ? 1_000n : 1n, `k${index}`))
    const sequences = (await Promise.all(calls)).map(({ sequence }) => sequence)
    expect(sequences).to.deep.equal(Array.from({ length: 50 }, (_, index) => index + 2))
    expect((await collect(bursar.journal())).map(({ sequence }) => sequence)).to.deep.equal(
      Array.from({ length: 51 }, (_, index) => index + 1)
    )
  })

  it('goes on numbering after a restart', async () => {
    const bursar = await scene.given({ alice: 100n })
    await pay(bursar, 1n, 'a')
    await bursar.close()
    expect(await pay(await scene.open(), 1n, 'b')).to.include({ sequence: 3 })
  })

  it('leaves no hole for what was rejected', async () => {
    const bursar = await scene.given({ alice: 100n })
    const calls = [
      pay(bursar, 1n, 'a'),
      pay(bursar, 0n, 'invalid'),
      bursar.deposit({ accountId: 'nobody', amount: 1n, idempotencyKey: 'b' }),
      pay(bursar, 2n, 'a'),
      pay(bursar, 1n, 'c')
    ]
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled'
    ])
    expect(await calls[4]).to.include({ sequence: 3 })
  })

  it('executes the commands of one caller in the order submitted, without waiting between them', async () => {
    const bursar = await scene.open()
    const calls = [
      bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n }),
      bursar.createAccount({ accountId: 'bob', currency: 'USD' }),
      bursar.transfer({ accountId: 'alice', to: 'bob', amount: 10n, idempotencyKey: '1' }),
      bursar.transfer({ accountId: 'alice', to: 'bob', amount: 1n, idempotencyKey: '2' }),
      bursar.transfer({ accountId: 'bob', to: 'alice', amount: 4n, idempotencyKey: '3' }),
      bursar.transfer({ accountId: 'alice', to: 'bob', amount: 1n, idempotencyKey: '4' })
    ]
    const results = await Promise.all(calls)
    expect(results.map(({ success }) => success)).to.deep.equal([true, true, true, false, true, true])
    expect((await bursar.getBalance('alice')).posted).to.equal(3n)
  })

  it('finds the accounts of a command although an account before it in the queue does not exist yet', async () => {
    const bursar = await scene.given({ bob: 50n })
    await bursar.close()
    const reopened = await scene.open()
    // While the first read is loading, the others gather behind it and are loaded together.
    void reopened.getTransactionCount()
    const created = reopened.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 10n })
    const paid = reopened.processPayment({ accountId: 'alice', payee: 'bob', amount: 1n, idempotencyKey: 'p' })
    const sent = reopened.transfer({ accountId: 'alice', to: 'bob', amount: 1n, idempotencyKey: 't' })
    await changedAccount(created)
    await approval(paid)
    await approval(sent)
    expect((await reopened.getBalance('bob')).posted).to.equal(52n)
  })

  it('answers callers in the order submitted', async () => {
    const bursar = await scene.given({ alice: 100n })
    const answered: number[] = []
    const calls = Array.from({ length: 20 }, (_, index) =>
      pay(bursar, index % 4 === 0 ? 1_000n : 1n, `k${index}`).then(() => answered.push(index))
    )
    await Promise.all(calls)
    expect(answered).to.deep.equal(Array.from({ length: 20 }, (_, index) => index))
  })

  it('lets reads see everything submitted before them and nothing submitted after', async () => {
    const bursar = await scene.given({ alice: 100n })
    const balances: Promise<{ posted: bigint; sequence: number }>[] = []
    const counts: Promise<number>[] = []
    for (let index = 0; index < 5; index++) {
      void pay(bursar, 10n, `k${index}`)
      balances.push(bursar.getBalance('alice'))
      counts.push(bursar.getTransactionCount())
    }
    const seen = await Promise.all(balances)
    expect(seen.map(({ posted }) => posted)).to.deep.equal([90n, 80n, 70n, 60n, 50n])
    expect(seen.map(({ sequence }) => sequence)).to.deep.equal([2, 3, 4, 5, 6])
    expect(await Promise.all(counts)).to.deep.equal([1, 2, 3, 4, 5])
  })

  const reads: readonly (readonly [
    name: string,
    read: (bursar: PaymentProcessor) => Promise<unknown>,
    seen: unknown
  ])[] = [
    ['getBalance', async b => (await b.getBalance('alice')).posted, 60n],
    ['getAccount', async b => (await b.getAccount('alice')).available, 60n],
    ['getTransactionCount', b => b.getTransactionCount(), 1],
    ['listTransactions', async b => (await collect(b.listTransactions())).map(({ amount }) => amount), [40n]],
    ['journal', async b => (await collect(b.journal())).map(({ sequence }) => sequence), [1, 2]],
    ['verify', async b => (await b.verify()).entries, 2]
  ]

  for (const [name, read, seen] of reads) {
    it(`answers ${name} only when all that it saw is durable`, async () => {
      const store = scene.gatedStore()
      const bursar = await scene.given({ alice: 100n }, { store })
      const gate = store.hold('commit')
      const order: string[] = []
      const paid = pay(bursar, 40n, 'k').then(() => order.push('payment'))
      const answer = read(bursar).then(value => {
        order.push('read')
        return value
      })
      await gate.reached
      await quiescence()
      order.push('durable')
      gate.open()
      expect(await answer).to.deep.equal(seen)
      await paid
      expect(order).to.deep.equal(['durable', 'payment', 'read'])
    })
  }

  it('answers even a rejection only when what it was decided on is durable', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.open({ store })
    const gate = store.hold('commit')
    const order: string[] = []
    const request = { accountId: 'alice', currency: 'USD' }
    void bursar.createAccount(request)
    const duplicate = bursar.createAccount(request).catch(() => order.push('already exists'))
    await gate.reached
    await quiescence()
    order.push('durable')
    gate.open()
    await duplicate
    expect(order).to.deep.equal(['durable', 'already exists'])
  })

  it('finds a transaction by its id, whoever asks and whenever', async () => {
    const bursar = await scene.given({ alice: 100n })
    const { transactionId, timestamp } = await approval(
      bursar.processPayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'k', metadata: { order: '42' } })
    )
    const transaction = {
      transactionId,
      kind: 'payment',
      accountId: 'alice',
      amount: 40n,
      currency: 'USD',
      legs: [{ from: 'alice', to: '@settlement:USD', amount: 40n, currency: 'USD' }],
      refunded: 0n,
      refundable: 40n,
      idempotencyKey: 'k',
      metadata: { order: '42' },
      timestamp,
      sequence: 2
    }
    expect(await bursar.getTransaction(transactionId)).to.deep.equal(transaction)
    await bursar.close()
    expect(await (await scene.open()).getTransaction(transactionId)).to.deep.equal(transaction)
  })

  it('knows no transaction behind a guessed id, a decline or the opening of an account', async () => {
    const bursar = await scene.given({ alice: 10n })
    await decline(pay(bursar, 11n, 'k'), 'insufficient_funds')
    for (const transactionId of [
      'txn_00000000001_guess',
      'txn_00000000002_guess',
      'txn_00000000003_guess',
      'nonsense'
    ]) {
      const error: unknown = await bursar.getTransaction(transactionId).catch((reason: unknown) => reason)
      expect(error, transactionId).to.be.instanceOf(TransactionNotFoundError)
    }
  })

  it('reads the bare name of a system account while only one currency uses it', async () => {
    const bursar = await scene.given({ alice: 100n })
    await pay(bursar, 40n, 'k')
    expect(await bursar.getBalance('@settlement')).to.deep.equal(await bursar.getBalance('@settlement:USD'))
    await bursar.createAccount({ accountId: 'europa', currency: 'EUR', initialBalance: 1n })
    const bare: unknown = await bursar.getBalance('@funding').catch((reason: unknown) => reason)
    expect(bare).to.be.instanceOf(AccountNotFoundError)
    expect((await bursar.getBalance('@funding:EUR')).posted).to.equal(-1n)
  })

  it('never lets recorded time run backwards, and keeps the order by sequence', async () => {
    const bursar = await scene.given({ alice: 100n })
    const noon = scene.clock.now()
    scene.clock.advance(1_000)
    await pay(bursar, 1n, 'later')
    scene.clock.advance(-5_000)
    expect((await pay(bursar, 1n, 'set back')).timestamp).to.deep.equal(new Date(noon + 1_000))
    scene.clock.advance(5_001)
    expect((await pay(bursar, 1n, 'caught up')).timestamp).to.deep.equal(new Date(noon + 1_001))
    const recorded = (await collect(bursar.journal())).map(({ timestamp }) => timestamp.getTime() - noon)
    expect(recorded).to.deep.equal([0, 1_000, 1_000, 1_001])
  })

  it('never lets recorded time run backwards across a restart', async () => {
    const bursar = await scene.given({ alice: 100n })
    const noon = scene.clock.now()
    await bursar.close()
    scene.clock.advance(-60_000)
    expect((await pay(await scene.open(), 1n, 'k')).timestamp).to.deep.equal(new Date(noon))
  })
})
