import { expect } from 'chai'
import { WriterFencedError } from 'bursar'
import { newBook, type Book } from '../../support/book.js'
import { rejectionOf } from '../../support/expectations.js'
import { EVERYTHING, wanting, type StoreScene } from './scene.js'

export function describeCommitting(scene: StoreScene): void {
  describe('committing', () => {
    it('shows the accounts of a group as they stand after it', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n, overdraftLimit: 7n, metadata: { tier: 'gold' } })
      book.create({ accountId: 'bob', frozen: 'credits', closed: true })
      book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 30n })
      book.authorize({ accountId: 'alice', idempotencyKey: 'l', amount: 20n, expiresInMs: 1_000 })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const wanted = ['alice', 'nobody', 'bob', '@settlement:USD', '@funding:USD']
        const { accounts } = await session.load(wanting({ accounts: wanted }))
        expect(accounts).to.have.deep.members([...book.accounts.values()])
        expect(accounts.find(account => account.accountId === 'alice')?.posted).to.equal(70n)
      })
    })

    it('lets later groups change what earlier ones wrote', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      const payment = book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 60n })
      await session.commit(book.group())
      book.refund({ accountId: 'alice', idempotencyKey: 'r1', amount: 10n, payment })
      await session.commit(book.group())
      book.refund({ accountId: 'alice', idempotencyKey: 'r2', amount: 20n, payment })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const loaded = await session.load(wanting({ accounts: ['alice'], transactions: [payment.sequence] }))
        expect(loaded.accounts[0]?.posted).to.equal(70n)
        expect(loaded.transactions).to.deep.equal([{ entry: payment, refunded: [30n], hold: null }])
      })
    })

    it('loads approved transactions by their sequence and nothing else', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      const payment = book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 60n })
      book.decline({ accountId: 'alice', idempotencyKey: 'l', amount: 60n })
      book.refuse({ accountId: 'alice', idempotencyKey: 'm', amount: 60n })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const { transactions } = await session.load(wanting({ transactions: [0, 1, 2, 3, 4, 5, 2 ** 53 - 1] }))
        expect(transactions).to.deep.equal([{ entry: payment, refunded: [], hold: null }])
      })
    })

    describe('holds that are due', () => {
      const start = Date.UTC(2026, 0, 1)

      /** Sequences: alice holds 3 (voided), 4, 5 and 6, bob 7; they are due 10, 20, 30, 40 and 15 ms after the start. */
      async function someHolds(): Promise<Book> {
        const book = newBook()
        const session = await scene.open()
        for (const accountId of ['alice', 'bob']) book.create({ accountId, posted: 100n })
        const [ended] = [10, 20, 30, 40].map(expiresInMs =>
          book.authorize({ accountId: 'alice', idempotencyKey: `a${expiresInMs}`, amount: 1n, expiresInMs })
        )
        book.authorize({ accountId: 'bob', idempotencyKey: 'b', amount: 1n, expiresInMs: 15 })
        await session.commit(book.group())
        book.voidHold({ authorization: ended!, idempotencyKey: 'v' })
        await session.commit(book.group())
        return book
      }

      for (const [accounts, after, expected] of [
        [['alice'], 19, [4]],
        [['alice'], 20, [4, 5]],
        [['alice'], 30, [4, 5, 6]],
        [['alice'], 1_000, [4, 5, 6]],
        [['bob'], 14, [7]],
        [['alice', 'bob'], 15, [7, 4]],
        [['nobody'], 1_000, []]
      ] as const) {
        it(`are, of ${accounts.join(' and ')} after ${after} ms, ${expected.join(', ') || 'none'}, the next included`, async () => {
          await someHolds()
          await scene.everywhere(async session => {
            const { transactions } = await session.load(wanting({ dueHolds: { accounts, dueAt: start + after } }))
            expect(transactions.map(({ entry }) => entry.sequence)).to.deep.equal(expected)
          })
        })
      }

      for (const [limit, after, expected] of [
        [10, 9, []],
        [10, 15, [7]],
        [10, 30, [7, 4, 5]],
        [2, 30, [7, 4]]
      ] as const) {
        it(`are, at most ${limit} of the whole ledger after ${after} ms, ${expected.join(', ') || 'none'}`, async () => {
          await someHolds()
          await scene.everywhere(async session => {
            const { transactions } = await session.load(wanting({ dueHolds: { limit, dueAt: start + after } }))
            expect(transactions.map(({ entry }) => entry.sequence)).to.deep.equal(expected)
          })
        })
      }

      it('give way to the next one when they ended just now', async () => {
        const book = await someHolds()
        const session = await scene.open()
        book.voidHold({ authorization: book.entries[4]!, idempotencyKey: 'w' })
        await session.commit(book.group())
        await scene.everywhere(async session => {
          const { transactions } = await session.load(wanting({ dueHolds: { accounts: ['alice'], dueAt: start + 20 } }))
          expect(transactions.map(({ entry }) => entry.sequence)).to.deep.equal([4, 6])
        })
      })

      it('stand as they are', async () => {
        const book = await someHolds()
        await scene.everywhere(async session => {
          const { transactions } = await session.load(wanting({ transactions: [3, 4] }))
          expect(transactions).to.have.deep.members([book.transactions.get(3), book.transactions.get(4)])
          expect(book.transactions.get(3)?.hold).to.deep.equal({ status: 'voided', deadline: start + 10 })
        })
      })
    })

    it('takes groups and wishes of any size', async () => {
      const book = newBook()
      const session = await scene.open()
      const ids = Array.from({ length: 1_500 }, (_, index) => `account-${index}`)
      for (const accountId of ids) book.create({ accountId, idempotencyKey: 'creation', posted: 1n })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const loaded = await session.load({
          accounts: ids,
          keys: ids.map(accountId => ({ accountId, idempotencyKey: 'creation' })),
          transactions: ids.map((_, index) => index + 1)
        })
        expect(loaded.accounts).to.have.length(ids.length)
        expect(loaded.keyed).to.have.length(ids.length)
      })
    })

    for (const [title, expectedHead] of [
      ['an older head', 1],
      ['a head that is still to come', 3]
    ] as const) {
      it(`fences a group that was decided on ${title}, and writes nothing of it`, async () => {
        const book = newBook()
        const session = await scene.open()
        book.create({ accountId: 'alice', posted: 100n })
        book.create({ accountId: 'bob', posted: 100n })
        await session.commit(book.group())
        const before = await session.journal(EVERYTHING)
        book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 40n })

        const error = await rejectionOf(session.commit({ ...book.group(), expectedHead }), WriterFencedError)
        expect(error.retryable).to.equal(false)
        expect((await scene.open()).head.sequence).to.equal(2)
        await scene.everywhere(async session => {
          expect(await session.journal(EVERYTHING)).to.deep.equal(before)
          expect((await session.history(EVERYTHING)).transactions).to.deep.equal([])
          const keys = [{ accountId: 'alice', idempotencyKey: 'k' }]
          const loaded = await session.load({ accounts: ['alice', '@settlement:USD'], keys, transactions: [3] })
          expect(loaded.accounts.map(account => account.posted)).to.deep.equal([100n])
          expect(loaded.keyed).to.deep.equal([])
          expect(loaded.transactions).to.deep.equal([])
        })
      })
    }
  })
}
