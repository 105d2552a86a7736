import { expect } from 'chai'
import { StoreLockedError } from 'bursar'
import { newBook } from '../../support/book.js'
import { rejectionOf } from '../../support/expectations.js'
import { EVERYTHING, wanting, type StoreScene } from './scene.js'

export function describeOpening(scene: StoreScene): void {
  describe('opening', () => {
    it('starts an empty ledger at sequence 0', async () => {
      await scene.everywhere(async session => {
        expect(session.head).to.deep.equal({ sequence: 0, timestamp: 0, transactionCount: 0 })
        expect(await session.journal(EVERYTHING)).to.deep.equal([])
        expect((await session.history(EVERYTHING)).transactions).to.deep.equal([])
        const loaded = await session.load(
          wanting({ accounts: ['alice'], keys: [{ accountId: 'alice', idempotencyKey: 'k' }], transactions: [1] })
        )
        expect(loaded).to.deep.equal({ accounts: [], keyed: [], transactions: [] })
      })
    })

    it('finds the head that the last commit left', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      await session.commit(book.group())
      book.at(Date.UTC(2026, 5, 1))
      book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 1n })
      book.decline({ accountId: 'alice', idempotencyKey: 'l', amount: 1_000n })
      await session.commit(book.group())

      expect((await scene.open()).head).to.deep.equal({
        sequence: 3,
        timestamp: Date.UTC(2026, 5, 1),
        transactionCount: 1
      })
    })

    it('goes on after a reopening where it stopped', async () => {
      const book = newBook()
      for (const accountId of ['alice', 'bob', 'carol']) {
        const session = await scene.open()
        book.create({ accountId, posted: 5n })
        await session.commit(book.group())
      }
      await scene.everywhere(async session => {
        const journal = await session.journal(EVERYTHING)
        expect(journal.map(({ entry }) => entry)).to.deep.equal(book.entries)
      })
    })

    it('refuses a second writer, every time it asks', async () => {
      await scene.open()
      const first = await rejectionOf(scene.store().open(), StoreLockedError)
      await rejectionOf(scene.store().open(), StoreLockedError)
      expect(first.code).to.equal('ERR_STORE_LOCKED')
    })

    it('lets the writer go on after another was refused', async () => {
      const book = newBook()
      const session = await scene.open()
      await rejectionOf(scene.store().open(), StoreLockedError)
      book.create({ accountId: 'alice', posted: 1n })
      await session.commit(book.group())
      expect((await scene.open()).head.sequence).to.equal(1)
    })

    it('lets one of many that open at once have it', async () => {
      const openings = await Promise.allSettled(Array.from({ length: 3 }, () => scene.store().open()))
      const opened = openings.flatMap(opening => (opening.status === 'fulfilled' ? [opening.value] : []))
      const errors = openings.flatMap(opening => (opening.status === 'rejected' ? [opening.reason as unknown] : []))
      for (const session of opened) await session.close()
      expect(opened).to.have.length(1)
      for (const error of errors) expect(error).to.be.instanceOf(StoreLockedError)
    })

    it('releases the lock when it is closed', async () => {
      for (let round = 0; round < 3; round++) {
        await scene.open()
        await scene.close()
      }
      expect((await scene.open()).head.sequence).to.equal(0)
    })
  })
}
