import { expect } from 'chai'
import type { TransactionState } from '../../../lib/domain/transaction.js'
import type { HistoryQuery, StoreSession } from '../../../lib/store/store.js'
import { newBook, type Book } from '../../support/book.js'
import type { StoreScene } from './scene.js'

const ALL = { after: 0, through: 1_000, limit: 1_000 }

/** Sequences: 4 and 5 payments, 6 a decline, 7 a hold, 8 its void, 9 a refund of 4, 10 a refused attempt. */
async function someLedger(scene: StoreScene): Promise<Book> {
  const book = newBook()
  const session = await scene.open()
  for (const accountId of ['alice', 'bob']) book.create({ accountId, posted: 100n })
  book.create({ accountId: 'carol' })
  await session.commit(book.group())
  const payment = book.pay({ accountId: 'alice', idempotencyKey: 'k1', amount: 10n, payee: 'bob' })
  book.pay({ accountId: 'bob', idempotencyKey: 'k2', amount: 20n })
  book.decline({ accountId: 'alice', idempotencyKey: 'k3', amount: 400n })
  const authorization = book.authorize({ accountId: 'alice', idempotencyKey: 'k4', amount: 5n, expiresInMs: 1_000 })
  await session.commit(book.group())
  book.voidHold({ authorization, idempotencyKey: 'k5' })
  book.refund({ accountId: 'alice', idempotencyKey: 'k6', amount: 4n, payment })
  book.refuse({ accountId: 'carol', idempotencyKey: 'k7', amount: 4n })
  await session.commit(book.group())
  return book
}

/** Every page of a query; one that does not come closer to its end fails. */
async function pagesOf(session: StoreSession, query: HistoryQuery): Promise<readonly (readonly TransactionState[])[]> {
  const pages: (readonly TransactionState[])[] = []
  let { after } = query
  while (after < query.through) {
    const page = await session.history({ ...query, after })
    expect(page.through).to.be.above(after)
    expect(page.transactions.length).to.be.at.most(query.limit)
    pages.push(page.transactions)
    after = page.through
  }
  return pages
}

export function describeHistory(scene: StoreScene): void {
  describe('the history', () => {
    const rows: readonly (readonly [title: string, query: Partial<HistoryQuery>, expected: readonly number[]])[] = [
      ['lists what was approved in the whole ledger', {}, [4, 5, 7, 8, 9]],
      ['lists what an account paid, reserved and got back', { accountId: 'alice' }, [4, 7, 8, 9]],
      ['lists what an account received and gave back', { accountId: 'bob' }, [4, 5, 9]],
      ['lists what a system account received', { accountId: '@settlement:USD' }, [5]],
      ['lists nothing for an account without transactions', { accountId: 'carol' }, []],
      ['lists nothing for an account that does not exist', { accountId: 'nobody' }, []],
      ['goes on after a cursor', { accountId: 'alice', after: 4 }, [7, 8, 9]],
      ['ends at the last sequence asked for', { accountId: 'alice', through: 8 }, [4, 7, 8]],
      ['lists the middle of the whole ledger', { after: 4, through: 8 }, [5, 7, 8]],
      ['lists nothing after the end', { after: 10 }, []]
    ]
    for (const [title, part, expected] of rows) {
      for (const limit of [1, 2, 1_000]) {
        it(`${title}, in pages of ${limit}`, async () => {
          await someLedger(scene)
          await scene.everywhere(async session => {
            const pages = await pagesOf(session, { ...ALL, ...part, limit })
            expect(pages.flat().map(({ entry }) => entry.sequence)).to.deep.equal(expected)
          })
        })
      }
    }

    it('shows each transaction as it stands now', async () => {
      const book = await someLedger(scene)
      await scene.everywhere(async session => {
        const { transactions } = await session.history(ALL)
        expect(transactions).to.deep.equal([...book.transactions.values()])
        expect(transactions[0]?.refunded).to.deep.equal([4n])
        expect(transactions[2]?.hold?.status).to.equal('voided')
      })
    })

    for (const [accountId, through, expected] of [
      ['alice', 1_000, 9],
      ['alice', 8, 8],
      ['alice', 6, 4],
      ['alice', 3, 1],
      ['alice', 0, undefined],
      ['bob', 8, 5],
      ['bob', 1, undefined],
      ['carol', 1_000, 3],
      ['@settlement:USD', 1_000, 5],
      ['@settlement:USD', 4, undefined],
      ['nobody', 1_000, undefined]
    ] as const) {
      it(`finds the last change of ${accountId} through ${through} in ${expected ?? 'no entry'}`, async () => {
        const book = await someLedger(scene)
        await scene.everywhere(async session => {
          const entry = await session.lastChange(accountId, through)
          expect(entry).to.deep.equal(expected && book.entries[expected - 1])
        })
      })
    }
  })
}
