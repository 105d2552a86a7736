import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { newBook, type Book } from '../../support/book.js'
import { EVERYTHING, type StoreScene } from './scene.js'

/** Seven entries in three groups, at four different times. */
async function someLedger(scene: StoreScene): Promise<Book> {
  const book = newBook()
  const session = await scene.open()
  book.at(1_000)
  book.create({ accountId: 'alice', posted: 100n })
  book.create({ accountId: 'bob' })
  await session.commit(book.group())
  book.at(2_000)
  const payment = book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 40n, payee: 'bob' })
  book.decline({ accountId: 'bob', idempotencyKey: 'k', amount: 400n })
  book.at(2_500)
  book.refund({ accountId: 'alice', idempotencyKey: 'r', amount: 15n, payment })
  await session.commit(book.group())
  book.at(5_000)
  book.refuse({ accountId: 'bob', idempotencyKey: 's', amount: 15n })
  book.pay({ accountId: 'bob', idempotencyKey: 't', amount: 25n })
  await session.commit(book.group())
  return book
}

export function describeJournal(scene: StoreScene): void {
  describe('the journal', () => {
    it('gives back every entry, whatever became of it', async () => {
      const book = await someLedger(scene)
      await scene.everywhere(async session => {
        const journal = await session.journal(EVERYTHING)
        expect(journal.map(({ entry }) => entry)).to.deep.equal(book.entries)
      })
    })

    for (const [query, expected] of [
      [{ after: 0, through: 7, limit: 3 }, [1, 2, 3]],
      [{ after: 3, through: 7, limit: 3 }, [4, 5, 6]],
      [{ after: 6, through: 7, limit: 3 }, [7]],
      [{ after: 7, through: 7, limit: 3 }, []],
      [{ after: 2, through: 4, limit: 100 }, [3, 4]],
      [{ after: 0, through: 100, limit: 1 }, [1]],
      [{ after: 50, through: 100, limit: 1 }, []]
    ] as const) {
      const { after, through, limit } = query
      it(`reads ${expected.join(', ') || 'nothing'} after ${after} through ${through} with limit ${limit}`, async () => {
        await someLedger(scene)
        await scene.everywhere(async session => {
          const page = await session.journal(query)
          expect(page.map(({ entry }) => entry.sequence)).to.deep.equal(expected)
        })
      })
    }

    it('chains every entry to the one before by SHA-256, across groups and reopenings', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      book.pay({ accountId: 'bob', idempotencyKey: 'u', amount: 1n })
      await session.commit(book.group())

      await scene.everywhere(async session => {
        const journal = await session.journal(EVERYTHING)
        expect(journal).to.have.length(8)
        let previousHash = '0'.repeat(64)
        for (const chained of journal) {
          const recomputed = createHash('sha256')
            .update(previousHash, 'utf8')
            .update(chained.encoded, 'utf8')
            .digest('hex')
          expect(chained.previousHash).to.equal(previousHash)
          expect(chained.hash).to.equal(recomputed)
          previousHash = recomputed
        }
      })
    })

    it('is read to its end by who began before the store was closed, also while it is open again', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      await scene.close()
      const rest = { after: 2, through: 7, limit: 100 }
      const entries = book.entries.slice(2)
      expect((await session.journal(rest)).map(({ entry }) => entry)).to.deep.equal(entries)
      await scene.open()
      expect((await session.journal(rest)).map(({ entry }) => entry)).to.deep.equal(entries)
    })

    it('starts a page with the hash of the entry before it', async () => {
      await someLedger(scene)
      await scene.everywhere(async session => {
        const [third] = await session.journal({ after: 2, through: 3, limit: 1 })
        const [fourth] = await session.journal({ after: 3, through: 4, limit: 1 })
        expect(fourth?.previousHash).to.equal(third?.hash)
      })
    })

    it('hashes what each entry says: the encoded text carries its sequence, command and amount', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      for (const { entry, encoded } of await session.journal(EVERYTHING)) {
        const text = JSON.parse(encoded) as Record<string, unknown>
        expect(text['sequence']).to.equal(entry.sequence)
        expect(text['command']).to.have.property('type', book.entries[entry.sequence - 1]!.command.type)
        expect(encoded).to.contain(String(entry.amount))
      }
    })

    for (const [timestamp, expected] of [
      [0, 1],
      [1_000, 1],
      [1_001, 3],
      [2_000, 3],
      [2_001, 5],
      [2_500, 5],
      [4_999, 6],
      [5_000, 6],
      [5_001, 8]
    ] as const) {
      it(`puts time ${timestamp} before sequence ${expected}`, async () => {
        await someLedger(scene)
        await scene.everywhere(async session => expect(await session.sequenceAt(timestamp)).to.equal(expected))
      })
    }

    it('puts every time before sequence 1 in an empty ledger', async () => {
      await scene.everywhere(async session => expect(await session.sequenceAt(1_000)).to.equal(1))
    })
  })
}
