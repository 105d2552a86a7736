import { expect } from 'chai'
import { FOR_EVER } from '../../lib/domain/key-lifetimes.js'
import { newAccount, withMoney, type AccountState } from '../../lib/domain/account.js'
import { Group } from '../../lib/queue/group.js'
import { KnownAccounts } from '../../lib/queue/known-accounts.js'

/** As many as half of what is kept: two rounds of them push out whatever was there before. */
const MANY = 50_000

const opened = (accountId: string): AccountState =>
  newAccount({ accountId, currency: 'USD', overdraftLimit: 0n, metadata: {}, at: 1, sequence: 1 })
const having = (accountId: string, posted: bigint): AccountState =>
  withMoney(opened(accountId), { posted, held: 0n, holdDeadline: null })

function groupAfter(sequence: number): Group {
  return new Group({ sequence, timestamp: 0, transactionCount: 0 }, FOR_EVER)
}

describe('Accounts in memory', () => {
  let accounts: KnownAccounts
  let round = 0

  beforeEach(() => (accounts = new KnownAccounts()))

  /** Lets so many others come by that accounts out of use are forgotten. */
  function othersComeBy(staged: readonly Group[]): void {
    for (let times = 0; times < 2; times++, round++) {
      for (let index = 0; index < MANY; index++) accounts.learn(opened(`other-${round}-${index}`))
      accounts.makeRoom(staged)
    }
  }

  it('are known as they were loaded, and as they stand after the last change; a late load changes nothing', () => {
    accounts.learn(having('alice', 5n))
    expect(accounts.get('alice')).to.include({ posted: 5n })
    accounts.change(having('alice', 6n), groupAfter(1))
    accounts.learn(having('alice', 5n))
    expect(accounts.get('alice')).to.include({ posted: 6n })
    expect(accounts.get('bob')).to.equal(undefined)
  })

  it('stand once in each group that changes them, as they stand after it', () => {
    const [first, second] = [groupAfter(1), groupAfter(9)]
    accounts.change(having('alice', 1n), first)
    accounts.change(having('@settlement:USD', 2n), first)
    accounts.change(having('alice', 3n), first)
    accounts.change(having('alice', 4n), second)
    accounts.change(having('@settlement:USD', 5n), second)
    expect(first.accounts.map(({ accountId, posted }) => [accountId, posted])).to.deep.equal([
      ['alice', 3n],
      ['@settlement:USD', 2n]
    ])
    expect(second.accounts.map(({ accountId, posted }) => [accountId, posted])).to.deep.equal([
      ['alice', 4n],
      ['@settlement:USD', 5n]
    ])
  })

  it('are forgotten when many others came after them, but not while their change is becoming durable', () => {
    const group = groupAfter(1)
    accounts.learn(having('alice', 1n))
    accounts.change(having('bob', 2n), group)
    othersComeBy([group])
    othersComeBy([group])
    expect(accounts.get('alice')).to.equal(undefined)
    expect(accounts.get('bob')).to.include({ posted: 2n })
    accounts.change(having('bob', 3n), group)
    expect(group.accounts.map(({ posted }) => posted)).to.deep.equal([3n])
    othersComeBy([])
    othersComeBy([])
    expect(accounts.get('bob')).to.equal(undefined)
  })

  it('stay known while they are used', () => {
    accounts.learn(having('alice', 1n))
    for (let times = 0; times < 4; times++) {
      for (let index = 0; index < MANY; index++) accounts.learn(opened(`other-${times}-${index}`))
      expect(accounts.get('alice')).to.include({ posted: 1n })
      accounts.makeRoom([])
    }
  })

  it('of the system are never forgotten, and go back to what was durable', () => {
    accounts.learn(having('@settlement:USD', 1n))
    const durable = groupAfter(1)
    accounts.change(having('@settlement:USD', 2n), durable)
    accounts.onDurable(durable)
    accounts.change(having('@settlement:USD', 3n), groupAfter(2))
    accounts.change(having('@funding:USD', 4n), groupAfter(2))
    accounts.change(having('alice', 5n), groupAfter(2))
    othersComeBy([])
    othersComeBy([])
    expect(accounts.get('@settlement:USD')).to.include({ posted: 3n })
    accounts.revert()
    expect(accounts.get('@settlement:USD')).to.include({ posted: 2n })
    expect(accounts.get('@funding:USD')).to.equal(undefined)
    expect(accounts.get('alice')).to.equal(undefined)
    const next = groupAfter(2)
    accounts.change(having('@settlement:USD', 6n), next)
    expect(next.accounts.map(({ posted }) => posted)).to.deep.equal([6n])
  })
})
