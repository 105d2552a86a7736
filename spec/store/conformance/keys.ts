import { expect } from 'chai'
import type { StoreSession } from '../../../lib/store/store.js'
import { newBook } from '../../support/book.js'
import { EVERYTHING, wanting, type StoreScene } from './scene.js'

async function sequenceUnder(session: StoreSession, accountId: string, idempotencyKey: string): Promise<number | null> {
  const { keyed } = await session.load(wanting({ keys: [{ accountId, idempotencyKey }] }))
  expect(keyed.length).to.be.lessThan(2)
  return keyed[0]?.sequence ?? null
}

/**
 * Forgets in steps until the store says that nothing is waiting; a store that never says so fails. What was committed
 * just now may still be on its way into the index, so that a spec which counts on it reopens the ledger first.
 */
async function forget(session: StoreSession, recordedBefore: number, limit: number): Promise<number> {
  for (let steps = 1; steps <= 100; steps++) {
    const { mayHaveMore } = await session.forgetKeys({ recordedBefore, limit })
    if (!mayHaveMore) return steps
  }
  throw new Error('Expected forgetting to come to an end')
}

export function describeKeys(scene: StoreScene): void {
  describe('idempotency keys', () => {
    it('lead to the latest entry under them', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', idempotencyKey: 'creation', posted: 10n })
      book.decline({ accountId: 'alice', idempotencyKey: 'k', amount: 20n })
      book.decline({ accountId: 'alice', idempotencyKey: 'k', amount: 20n })
      await session.commit(book.group())
      expect(await sequenceUnder(session, 'alice', 'k')).to.equal(3)
      book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 20n })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const keys = ['k', 'creation', 'other'].map(idempotencyKey => ({ accountId: 'alice', idempotencyKey }))
        const { keyed } = await session.load(wanting({ keys }))
        expect(keyed).to.have.deep.members([book.entries[0], book.entries[3]])
      })
    })

    it('are not bound by a refused attempt, which would let a caller probe for transactions', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 10n })
      book.refuse({ accountId: 'alice', idempotencyKey: 'k', amount: 20n })
      await session.commit(book.group())
      await scene.everywhere(async session => expect(await sequenceUnder(session, 'alice', 'k')).to.equal(null))
    })

    it('of different accounts never meet, however the texts join', async () => {
      const book = newBook()
      const session = await scene.open()
      const names = [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['a', 'b c'],
        ['a', 'b'],
        ['a', 'b '],
        ['A', 'b'],
        ['a', 'B']
      ] as const
      for (const [accountId, idempotencyKey] of names) book.create({ accountId, idempotencyKey })
      await session.commit(book.group())
      await scene.everywhere(async session => {
        for (const [index, [accountId, key]] of names.entries()) {
          expect(await sequenceUnder(session, accountId, key), `${accountId} ${key}`).to.equal(index + 1)
        }
        expect(await sequenceUnder(session, 'a:b:c', '')).to.equal(null)
      })
    })

    it('are forgotten by the time of their latest entry, in bounded steps, and the journal keeps everything', async () => {
      const book = newBook()
      const session = await scene.open()
      book.at(1_000)
      book.create({ accountId: 'alice', posted: 100n })
      for (let index = 0; index < 10; index++) {
        book.at(2_000 + index)
        book.pay({ accountId: 'alice', idempotencyKey: `k${index}`, amount: 1n })
      }
      book.decline({ accountId: 'alice', idempotencyKey: 'k2', amount: 1n })
      await session.commit(book.group())

      expect(await forget(await scene.open(), 2_006, 3)).to.be.greaterThan(1)
      await scene.everywhere(async session => {
        const left: string[] = []
        for (let index = 0; index < 10; index++) {
          if ((await sequenceUnder(session, 'alice', `k${index}`)) !== null) left.push(`k${index}`)
        }
        expect(left).to.deep.equal(['k2', 'k6', 'k7', 'k8', 'k9'])
        const journal = await session.journal(EVERYTHING)
        expect(journal.map(({ entry }) => entry)).to.deep.equal(book.entries)
        expect((await session.history(EVERYTHING)).transactions).to.have.length(10)
      })
    })

    it('are forgotten a step at a time', async () => {
      const book = newBook()
      const session = await scene.open()
      book.at(1_000)
      for (let index = 0; index < 10; index++) book.create({ accountId: `a${index}`, idempotencyKey: 'k' })
      await session.commit(book.group())

      const reopened = await scene.open()
      expect(await reopened.forgetKeys({ recordedBefore: 5_000, limit: 4 })).to.deep.equal({
        keys: 4,
        mayHaveMore: true
      })
      let left = 0
      for (let index = 0; index < 10; index++) if ((await sequenceUnder(reopened, `a${index}`, 'k')) !== null) left++
      expect(left).to.be.within(6, 9)
    })

    it('goes on with forgetting after a reopening, and lets a forgotten key be used again', async () => {
      const book = newBook()
      const session = await scene.open()
      book.at(1_000)
      book.create({ accountId: 'alice', posted: 100n })
      for (let index = 0; index < 6; index++) book.pay({ accountId: 'alice', idempotencyKey: `k${index}`, amount: 1n })
      await session.commit(book.group())
      await session.forgetKeys({ recordedBefore: 5_000, limit: 3 })
      const reopened = await scene.open()
      await forget(reopened, 5_000, 3)
      expect(await sequenceUnder(reopened, 'alice', 'k5')).to.equal(null)

      book.at(9_000)
      const again = book.pay({ accountId: 'alice', idempotencyKey: 'k0', amount: 1n })
      await reopened.commit(book.group())
      await forget(reopened, 5_000, 3)
      await scene.everywhere(async session =>
        expect(await sequenceUnder(session, 'alice', 'k0')).to.equal(again.sequence)
      )
    })
  })
}
