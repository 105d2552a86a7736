import { expect } from 'chai'
import { WriterFencedError } from 'bursar'
import type { Command } from '../../../lib/domain/command.js'
import type { DeadLetterChange, DeadLetterRecord, StoredDeadLetter } from '../../../lib/store/dead-letter.js'
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

/** All letters as they were kept. */
async function all(session: StoreSession): Promise<readonly object[]> {
  return (await session.deadLetters({ limit: 1_000 })).map(({ position: _, text, ...kept }) => {
    expect(text).to.be.a('string')
    return kept
  })
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

    it('are found by id, and page by page in the order in which they were first kept', async () => {
      const book = newBook()
      const session = await scene.open()
      const kept = ['e', 'a', 'd', 'c', 'b'].map(id => ({ kept: letter(id) }))
      await session.commit(letters(book, ...kept))
      await session.commit(letters(book, { kept: letter('a') }, { removed: 'd' }, { kept: letter('d') }))

      await scene.everywhere(async session => {
        expect((await session.deadLetters({ id: 'c' })).map(({ id }) => id)).to.deep.equal(['c'])
        expect(await session.deadLetters({ id: 'x' })).to.deep.equal([])
        const found: string[] = []
        for (let after: StoredDeadLetter | undefined, pages = 0; pages < 10; pages++) {
          const page = await session.deadLetters({ ...(after && { after }), limit: 2 })
          expect(page.length).to.be.lessThan(3)
          if (page.length === 0) break
          found.push(...page.map(({ id }) => id))
          after = page.at(-1)
        }
        expect(found).to.deep.equal(['e', 'a', 'c', 'b', 'd'])
      })
    })

    it('whose command is no command can be found all the same, with as much of it as can be written', async () => {
      const legs = [undefined, { from: 'alice', to: 'bob', amount: 5n, currency: 'USD' }]
      const command = { type: 'PostTransaction', accountId: 'alice', idempotencyKey: 'a', legs } as unknown as Command
      const session = await scene.open()
      await session.commit(letters(newBook(), { kept: letter('a', { command }) }, { kept: letter('b') }))
      await scene.everywhere(async session => {
        const [first, second] = await session.deadLetters({ limit: 10 })
        expect(first).to.include({ id: 'a', command: null })
        expect(JSON.parse(first!.text)).to.deep.include({
          accountId: 'alice',
          legs: [null, { ...legs[1], amount: '5' }]
        })
        expect(second?.command).to.deep.equal(letter('b').command)
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
