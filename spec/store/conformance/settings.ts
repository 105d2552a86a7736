import { expect } from 'chai'
import { WriterFencedError } from 'bursar'
import type { CommitGroup, Settings } from '../../../lib/store/store.js'
import { newBook, type Book } from '../../support/book.js'
import { rejectionOf } from '../../support/expectations.js'
import type { StoreScene } from './scene.js'

/** A group that changes settings and nothing else. */
function changing(book: Book, settings: Settings): CommitGroup {
  const { head } = book
  return { expectedHead: head.sequence, entries: [], accounts: [], transactions: [], settings, head }
}

export function describeSettings(scene: StoreScene): void {
  describe('settings', () => {
    it('are none at first', async () => {
      await scene.everywhere(async session => expect(await session.settings()).to.deep.equal({}))
    })

    it('are kept without an entry, and each change leaves the others as they are', async () => {
      const book = newBook()
      const session = await scene.open()
      await session.commit(changing(book, { colour: 'red', shape: 'round' }))
      await session.commit(changing(book, { colour: 'blue' }))
      await scene.everywhere(async session => {
        expect(await session.settings()).to.deep.equal({ colour: 'blue', shape: 'round' })
        const snapshot = await session.snapshot()
        expect(snapshot.settings).to.deep.equal({ colour: 'blue', shape: 'round' })
        await snapshot.close()
      })
      expect((await scene.open()).head).to.deep.equal(book.head)
    })

    it('are kept together with the entries of their group', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      await session.commit({ ...book.group(), settings: { colour: 'red' } })
      await scene.everywhere(async session => {
        expect(await session.settings()).to.deep.equal({ colour: 'red' })
        expect((await session.load({ accounts: ['alice'], keys: [], transactions: [] })).accounts).to.have.length(1)
      })
    })

    it('of a group that is fenced are not kept', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      await session.commit(book.group())
      const fenced = { ...changing(book, { colour: 'red' }), expectedHead: 0 }
      await rejectionOf(session.commit(fenced), WriterFencedError)
      expect(await (await scene.open()).settings()).to.deep.equal({})
    })
  })
}
