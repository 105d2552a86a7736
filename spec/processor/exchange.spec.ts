import { expect } from 'chai'
import { approval, collect, decline } from '../support/expectations.js'
import { leg, post, posted, refunding } from '../support/legs.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('An exchange of currencies in one transaction', scene => {
  /** Alice has 100.00 USD; a desk changes 1 USD into 150 JPY, for which it holds an account in each currency. */
  async function atTheDesk() {
    const bursar = await scene.given({ alice: 100_00n, 'desk:USD': 0n })
    await bursar.createAccount({ accountId: 'alice:JPY', currency: 'JPY' })
    await bursar.createAccount({ accountId: 'desk:JPY', currency: 'JPY', initialBalance: 7_500n })
    return bursar
  }

  it('moves both sides or neither', async () => {
    const bursar = await atTheDesk()
    const exchange = (dollars: bigint) => [
      leg('alice', 'desk:USD', dollars * 100n),
      leg('desk:JPY', 'alice:JPY', dollars * 150n, 'JPY')
    ]
    await decline(post(bursar, exchange(51n), 'k1'), 'insufficient_funds')
    expect(await posted(bursar, 'alice', 'desk:USD', 'desk:JPY', 'alice:JPY')).to.deep.equal([100_00n, 0n, 7_500n, 0n])
    const result = await approval(post(bursar, exchange(50n), 'k2'))
    expect(result, 'the total in the currency of the first leg').to.include({ amount: 50_00n, currency: 'USD' })
    expect(await posted(bursar, 'alice', 'desk:USD', 'desk:JPY', 'alice:JPY')).to.deep.equal([
      50_00n,
      50_00n,
      0n,
      7_500n
    ])
    expect((await bursar.verify()).ok).to.equal(true)
  })

  it('sums to zero in each currency', async () => {
    const bursar = await atTheDesk()
    await approval(post(bursar, [leg('alice', 'desk:USD', 100n), leg('desk:JPY', 'alice:JPY', 150n, 'JPY')]))
    const [entry] = await collect(bursar.journal({ after: 4 }))
    for (const currency of ['USD', 'JPY']) {
      const amounts = entry!.postings.filter(posting => posting.currency === currency).map(({ amount }) => amount)
      expect(
        amounts.reduce((sum, amount) => sum + amount, 0n),
        currency
      ).to.equal(0n)
      expect(amounts, currency).to.have.length(2)
    }
  })

  it('is refunded side by side, each in its own currency', async () => {
    const bursar = await atTheDesk()
    const paid = await approval(
      post(bursar, [leg('alice', 'desk:USD', 100n), leg('desk:JPY', 'alice:JPY', 150n, 'JPY')])
    )
    const refund = refunding(bursar, paid)
    expect(await approval(refund({ leg: 1 }))).to.include({ amount: 150n, currency: 'JPY' })
    expect(await approval(refund({ leg: 0 }))).to.include({ amount: 100n, currency: 'USD' })
    expect(await posted(bursar, 'alice', 'desk:USD', 'desk:JPY', 'alice:JPY')).to.deep.equal([100_00n, 0n, 7_500n, 0n])
  })
})
