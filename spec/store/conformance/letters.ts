import { expect } from 'chai'
import { WriterFencedError } from 'bursar'
import type { DeadLetterChange, DeadLetterRecord } from '../../../lib/store/dead-letter.js'
import type { CommitGroup, StoreSession } from '../../../lib/store/store.js'
import { newBook, type Book } from '../../support/book.js'
import { rejectionOf } from '../../support/expectations.js'
import { EVERYTHING, type StoreScene } from './scene.js'

function letter(id: string, about: Partial<DeadLetterRecord> = {}): DeadLetterRecord {
  return {
    id,
    command: { type: 'Deposit', accountId: 'alice', idempotencyKey: id, amount: 9_007_199_254_740_993n },
    cause: { name: 'TypeError', message: 'x is not a function' },
    attempts: 1,
    firstAt: 1_000,
    lastAt: 1_000,
    ...about
  }
}

/** A group of letters only, at the end of the journal. */
function letters(book: Book, ...deadLetters: readonly DeadLetterChange[]): CommitGroup {
  const { head } = book
  return { expectedHead: head.sequence, entries: [], accounts: [], transactions: [], deadLetters, head }
}

async function all(session: StoreSession): Promise<readonly DeadLetterRecord[]> {
  return session.deadLetters({ limit: 1_000 })
}

export function describeLetters(scene: StoreScene): void {
  describe('dead letters', () => {
    it('are none at first', async () => {
      await scene.everywhere(async session => expect(await all(session)).to.deep.equal([]))
    })

    it('are kept without an entry, and leave the journal as it was', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      await session.commit(book.group())
      await session.commit(letters(book, { kept: letter('a') }))
      book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 1n })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        expect(await all(session)).to.deep.equal([letter('a')])
        expect((await session.journal(EVERYTHING)).map(({ entry }) => entry)).to.deep.equal(book.entries)
      })
      expect((await scene.open()).head).to.deep.equal(book.head)
    })

    it('are kept before there is any entry', async () => {
      const session = await scene.open()
      await session.commit(letters(newBook(), { kept: letter('a') }))
      await scene.everywhere(async session => expect(await all(session)).to.deep.equal([letter('a')]))
    })

    it('count the attempts on, with the latest cause, and keep the first command and time', async () => {
      const book = newBook()
      const session = await scene.open()
      const again = letter('a', {
        command: { type: 'Deposit', accountId: 'alice', idempotencyKey: 'a', amount: 1n },
        cause: { name: 'RangeError', message: 'other' },
        attempts: 2,
        firstAt: 3_000,
        lastAt: 3_000
      })
      await session.commit(letters(book, { kept: letter('a') }, { kept: letter('b') }))
      await session.commit(letters(book, { kept: again }))
      await scene.everywhere(async session => {
        const expected = letter('a', { cause: again.cause, attempts: 3, lastAt: 3_000 })
        expect(await all(session)).to.deep.equal([expected, letter('b')])
      })
    })

    it('are removed together with the entries of their group, in the order of the changes', async () => {
      const book = newBook()
      const session = await scene.open()
      await session.commit(letters(book, { kept: letter('a', { attempts: 5 }) }, { kept: letter('b') }))
      book.create({ accountId: 'alice', posted: 100n })
      const deadLetters = [{ removed: 'a' }, { kept: letter('a') }, { removed: 'b' }, { removed: 'never there' }]
      await session.commit({ ...book.group(), deadLetters })
      await scene.everywhere(async session => expect(await all(session)).to.deep.equal([letter('a')]))
    })

    it('are found by id, and page by page from the oldest on', async () => {
      const book = newBook()
      const session = await scene.open()
      const ages = { e: 2_000, a: 3_000, d: 1_000, c: 2_000, b: 2_000 }
      const kept = Object.entries(ages).map(([id, firstAt]) => ({ kept: letter(id, { firstAt, lastAt: firstAt }) }))
      await session.commit(letters(book, ...kept))

      await scene.everywhere(async session => {
        expect((await session.deadLetters({ id: 'c' })).map(({ id }) => id)).to.deep.equal(['c'])
        expect(await session.deadLetters({ id: 'x' })).to.deep.equal([])
        const found: string[] = []
        for (let after: DeadLetterRecord | undefined, pages = 0; pages < 10; pages++) {
          const page = await session.deadLetters({ ...(after && { after }), limit: 2 })
          expect(page.length).to.be.lessThan(3)
          if (page.length === 0) break
          found.push(...page.map(({ id }) => id))
          after = page.at(-1)
        }
        expect(found).to.deep.equal(['d', 'b', 'c', 'e', 'a'])
      })
    })

    it('of a group that is fenced are not kept', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      await session.commit(book.group())
      await rejectionOf(session.commit({ ...letters(book, { kept: letter('a') }), expectedHead: 0 }), WriterFencedError)
      expect(await all(await scene.open())).to.deep.equal([])
    })
  })
}
