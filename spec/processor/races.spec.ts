import { expect } from 'chai'
import { approval, collect } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const CALLERS = 3_000

describeOnEveryStore('Races between thousands of callers', scene => {
  it('cannot overdraw a balance between its check and its use', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    const results = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) =>
        bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${index}` })
      )
    )
    expect(results.filter(({ success }) => success)).to.have.length(1_000)
    expect(results.filter(result => !result.success && result.code === 'insufficient_funds')).to.have.length(
      CALLERS - 1_000
    )
    expect(await bursar.getBalance('alice')).to.include({ posted: 0n, available: 0n })
    expect((await bursar.getBalance('@settlement')).posted).to.equal(1_000n)
    expect(await bursar.getTransactionCount()).to.equal(1_000)
  })

  it('cannot execute one key twice between its check and its record', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'the only one' }
    const answers = await Promise.all(Array.from({ length: CALLERS }, () => approval(bursar.processPayment(payment))))
    expect(new Set(answers.map(({ transactionId }) => transactionId)).size).to.equal(1)
    expect(answers.filter(({ replayed }) => !replayed)).to.have.length(1)
    expect((await bursar.getBalance('alice')).posted).to.equal(999n)
    expect(await collect(bursar.journal())).to.have.length(2)
  })

  it('cannot do either when both come together: every key pays at most once, and all of them at most what there is', async () => {
    const KEYS = 500
    const bursar = await scene.given({ alice: 300n, shop: 0n })
    const calls = Array.from({ length: CALLERS }, (_, index) => {
      const idempotencyKey = `k${(index * 7) % KEYS}`
      const request = { accountId: 'alice', payee: 'shop', amount: 1n, idempotencyKey }
      return bursar.processPayment(request).then(result => ({ idempotencyKey, result }))
    })
    const transactions = new Map<string, Set<string | null>>()
    for (const { idempotencyKey, result } of await Promise.all(calls)) {
      const ids = transactions.get(idempotencyKey) ?? new Set()
      transactions.set(idempotencyKey, ids.add(result.transactionId))
    }
    const paid = [...transactions.values()].filter(ids => !ids.has(null))
    expect(transactions.size).to.equal(KEYS)
    for (const ids of transactions.values()) expect(ids.size).to.equal(1)
    expect(paid).to.have.length(300)
    expect((await bursar.getBalance('alice')).posted).to.equal(0n)
    expect((await bursar.getBalance('shop')).posted).to.equal(300n)
    expect((await bursar.verify()).problems).to.deep.equal([])
  })

  it('cannot deadlock or lose money between two accounts that pay each other', async () => {
    const bursar = await scene.given({ alice: 500n, bob: 500n })
    await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => {
        const [accountId, to] = index % 2 === 0 ? ['alice', 'bob'] : ['bob', 'alice']
        return bursar.transfer({ accountId, to, amount: BigInt(1 + (index % 97)), idempotencyKey: `k${index}` })
      })
    )
    const [alice, bob] = [await bursar.getBalance('alice'), await bursar.getBalance('bob')]
    expect(alice.posted + bob.posted).to.equal(1_000n)
    expect(alice.posted >= 0n && bob.posted >= 0n).to.equal(true)
  })
})
