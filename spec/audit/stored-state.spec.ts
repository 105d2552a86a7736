import { expect } from 'chai'
import { accountsOf, changedTransactionsOf } from '../../lib/audit/stored-state.js'
import type { AccountState } from '../../lib/domain/account.js'
import type { TransactionState } from '../../lib/domain/transaction.js'
import { newBook } from '../support/book.js'
import { collect } from '../support/expectations.js'
import { account } from '../support/small-ledger.js'

/** More than two pages. */
const COUNT = 2_001

const ACCOUNTS = Array.from({ length: COUNT }, (_, index) => account(`account-${String(index).padStart(5, '0')}`))

/** One hold, again and again at another place of the journal. */
function manyHolds(): readonly TransactionState[] {
  const book = newBook()
  book.create({ accountId: 'alice', posted: 1n })
  const hold = { accountId: 'alice', idempotencyKey: 'k', amount: 1n, expiresInMs: 1 }
  const state = book.transactions.get(book.authorize(hold).sequence)!
  return Array.from({ length: COUNT }, (_, index) => ({ ...state, entry: { ...state.entry, sequence: index + 1 } }))
}

/** Answers at once, as a store that reads synchronously does, and notes how many turns had passed at every question. */
function pagesOf<T, Place extends string | number>(items: readonly T[], placeOf: (item: T) => Place) {
  const askedIn: number[] = []
  let turns = 0
  let isOver = false
  setImmediate(function count() {
    turns++
    if (!isOver) setImmediate(count)
  })
  return {
    askedIn,
    stop: () => (isOver = true),
    read({ after, limit }: { after: Place; limit: number }): Promise<readonly T[]> {
      askedIn.push(turns)
      return Promise.resolve(items.filter(item => placeOf(item) > after).slice(0, limit))
    }
  }
}

describe('what a store keeps', () => {
  it('is read to the end, account by account, with a turn for everything else before every page', async () => {
    const pages = pagesOf<AccountState, string>(ACCOUNTS, ({ accountId }) => accountId)
    expect(await collect(accountsOf({ accounts: pages.read }))).to.deep.equal(ACCOUNTS)
    pages.stop()
    expect(new Set([0, ...pages.askedIn]).size).to.equal(4)
  })

  it('is read to the end, hold by hold, with a turn for everything else before every page', async () => {
    const holds = manyHolds()
    const pages = pagesOf<TransactionState, number>(holds, ({ entry }) => entry.sequence)
    expect(await collect(changedTransactionsOf({ transactions: pages.read }))).to.deep.equal(holds)
    pages.stop()
    expect(new Set([0, ...pages.askedIn]).size).to.equal(4)
  })
})
