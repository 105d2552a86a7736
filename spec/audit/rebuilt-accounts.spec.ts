import { expect } from 'chai'
import { InvariantError } from 'bursar'
import { RebuiltAccounts } from '../../lib/audit/rebuilt-accounts.js'
import { account } from '../support/small-ledger.js'

const KEPT = ['accountId', 'posted', 'held', 'overdraftLimit', 'currency', 'frozen', 'closed'] as const

describe('the accounts that a verification rebuilds', () => {
  it('come back as they were put in, each state in the place of the one before', () => {
    const accounts = new RebuiltAccounts()
    for (const state of [
      account('alice', { posted: 5n, held: 3n, overdraftLimit: 1n }),
      account('bob', { posted: -(2n ** 63n) + 1n, currency: 'JPY', frozen: 'debits' }),
      account('alice', { posted: 2n ** 63n - 1n, closed: true, frozen: 'all' }),
      account('__proto__', { posted: 7n })
    ]) {
      accounts.set(state)
      for (const field of KEPT) expect(accounts.get(state.accountId)![field], field).to.equal(state[field])
    }
    expect(accounts.size).to.equal(3)
    expect(accounts.get('bob')).to.include({ currency: 'JPY', frozen: 'debits', closed: false })
    expect(accounts.get('nobody')).to.equal(undefined)
  })

  it('may be many', () => {
    const accounts = new RebuiltAccounts()
    const count = 10_000
    for (let number = 0; number < count; number++) {
      accounts.set(account(`account-${number}`, { posted: BigInt(number), held: BigInt(count - number) }))
    }
    expect(accounts.size).to.equal(count)
    for (let number = 0; number < count; number++) {
      const { posted, held } = accounts.get(`account-${number}`)!
      expect(posted).to.equal(BigInt(number))
      expect(held).to.equal(BigInt(count - number))
    }
  })

  for (const field of ['posted', 'held', 'overdraftLimit'] as const) {
    it(`refuse ${field} beyond 64 bits, rather than keep a part of it`, () => {
      const accounts = new RebuiltAccounts()
      for (const amount of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n + 5n]) {
        expect(() => accounts.set(account('alice', { [field]: amount }))).to.throw(InvariantError, String(amount))
      }
    })
  }
})
