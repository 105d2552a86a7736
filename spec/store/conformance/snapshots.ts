import { expect } from 'chai'
import type { AccountState } from '../../../lib/domain/account.js'
import type { Entry } from '../../../lib/domain/entry.js'
import type { StoreSnapshot } from '../../../lib/store/store.js'
import { newBook, type Book } from '../../support/book.js'
import { collect } from '../../support/expectations.js'
import { EVERYTHING, type StoreScene } from './scene.js'

/** All accounts of a snapshot, page by page, doing something between the pages. */
async function accountsOf(snapshot: StoreSnapshot, between: () => Promise<void>): Promise<readonly AccountState[]> {
  const accounts: AccountState[] = []
  for (let page = 0; page < 100; page++) {
    const found = await snapshot.accounts({ after: accounts.at(-1)?.accountId ?? '', limit: 2 })
    accounts.push(...found)
    if (found.length < 2) return accounts
    await between()
  }
  throw new Error('Expected the accounts to come to an end')
}

function inOrderOfIds(accounts: readonly AccountState[]): readonly AccountState[] {
  return [...accounts].sort((one, other) => (one.accountId < other.accountId ? -1 : 1))
}

/** What an examination finds that follows these entries. */
async function problemsOf(snapshot: StoreSnapshot, entries: readonly Entry[], after: number) {
  const examination = snapshot.examine(after)
  examination.follow(entries)
  const problems = await collect(examination.problems())
  await snapshot.close()
  return problems
}

async function someLedger(scene: StoreScene): Promise<Book> {
  const book = newBook()
  const session = await scene.open()
  for (const accountId of ['b', 'A', 'c', 'B', 'a', 'C', 'b1', '_']) book.create({ accountId, posted: 100n })
  await session.commit(book.group())
  return book
}

export function describeSnapshots(scene: StoreScene): void {
  describe('a snapshot', () => {
    it('has the head, the journal and the accounts of one moment', async () => {
      const book = await someLedger(scene)
      await scene.everywhere(async session => {
        const snapshot = await session.snapshot()
        const journal = await snapshot.journal({ after: 0, limit: 1_000 })
        expect(snapshot.head).to.deep.equal({ ...book.head, hash: journal.at(-1)!.hash })
        expect(journal).to.deep.equal(await session.journal(EVERYTHING))
        expect(await accountsOf(snapshot, async () => undefined)).to.deep.equal(
          inOrderOfIds(book.accountsAt(snapshot.tablesThrough))
        )
        await snapshot.close()
      })
    })

    it('has accounts that are never ahead of its head', async () => {
      await someLedger(scene)
      const session = await scene.open()
      const snapshot = await session.snapshot()
      expect(snapshot.tablesThrough).to.be.within(0, snapshot.head.sequence)
      await snapshot.close()
    })

    it('pages through its journal', async () => {
      await someLedger(scene)
      const snapshot = await (await scene.open()).snapshot()
      const page = await snapshot.journal({ after: 3, limit: 2 })
      expect(page.map(({ entry }) => entry.sequence)).to.deep.equal([4, 5])
      await snapshot.close()
    })

    it('has refunded payments and holds as they stood, page by page', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'alice', posted: 100n })
      const [one, other] = ['k1', 'k2'].map(idempotencyKey =>
        book.pay({ accountId: 'alice', idempotencyKey, amount: 10n })
      )
      const hold = { accountId: 'alice', amount: 1n, expiresInMs: 1_000 }
      const authorization = book.authorize({ ...hold, idempotencyKey: 'k3' })
      book.authorize({ ...hold, idempotencyKey: 'k4' })
      book.voidHold({ authorization, idempotencyKey: 'k5' })
      book.refund({ accountId: 'alice', idempotencyKey: 'k6', amount: 3n, payment: other! })
      await session.commit(book.group())
      const reopened = await scene.open()
      const changed = [other!, authorization, book.entries[4]!].map(({ sequence }) => book.transactions.get(sequence))
      const snapshot = await reopened.snapshot()
      expect(snapshot.tablesThrough).to.equal(book.head.sequence)
      book.refund({ accountId: 'alice', idempotencyKey: 'k7', amount: 3n, payment: one! })
      await reopened.commit(book.group())

      expect(await snapshot.transactions({ after: 0, limit: 100 })).to.deep.equal(changed)
      expect(await snapshot.transactions({ after: 0, limit: 2 })).to.deep.equal(changed.slice(0, 2))
      expect(await snapshot.transactions({ after: 4, limit: 2 })).to.deep.equal(changed.slice(2))
      await snapshot.close()
    })

    it('finds nothing wrong with what the store has made of its journal, forgotten keys included', async () => {
      const book = newBook()
      const session = await scene.open()
      book.at(1_000)
      book.create({ accountId: 'alice', idempotencyKey: 'old', posted: 100n })
      book.at(2_000)
      const payment = book.pay({ accountId: 'alice', idempotencyKey: 'new', amount: 1n })
      book.refund({ accountId: 'alice', idempotencyKey: 'back', amount: 1n, payment })
      book.authorize({ accountId: 'alice', idempotencyKey: 'hold', amount: 1n, expiresInMs: 1_000 })
      await session.commit(book.group())
      const reopened = await scene.open()
      expect(await problemsOf(await reopened.snapshot(), book.entries, 0)).to.deep.equal([])

      await reopened.forgetKeys({ recordedBefore: 2_000, limit: 10 })
      const snapshot = await reopened.snapshot()
      expect(snapshot.keysForgottenThrough).to.equal(1)
      expect(await problemsOf(snapshot, book.entries, 0)).to.deep.equal([])
      expect(await problemsOf(await reopened.snapshot(), book.entries.slice(2), 2)).to.deep.equal([])
    })

    it('knows the last entry up to a sequence that changed an account', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      book.pay({ accountId: 'b', idempotencyKey: 'k1', amount: 1n, payee: 'c' })
      book.pay({ accountId: 'b', idempotencyKey: 'k2', amount: 1n })
      await session.commit(book.group())
      const snapshot = await session.snapshot()
      book.pay({ accountId: 'b', idempotencyKey: 'k3', amount: 1n })
      await session.commit(book.group())
      for (const [accountId, through, expected] of [
        ['b', 10, 10],
        ['b', 9, 9],
        ['b', 8, 1],
        ['b', 0, undefined],
        ['c', 1_000, 9],
        ['nobody', 1_000, undefined]
      ] as const) {
        const entry = await snapshot.lastChange(accountId, through)
        expect(entry?.sequence, `${accountId} through ${through}`).to.equal(expected)
        if (expected !== undefined) expect(entry).to.deep.equal(book.entries[expected - 1])
      }
      await snapshot.close()
    })

    it('of an empty ledger is empty', async () => {
      const snapshot = await (await scene.open()).snapshot()
      expect(snapshot.head.sequence).to.equal(0)
      expect(await snapshot.journal({ after: 0, limit: 10 })).to.deep.equal([])
      expect(await snapshot.accounts({ after: '', limit: 10 })).to.deep.equal([])
      await snapshot.close()
    })

    it('does not move while commits go on', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      const snapshot = await session.snapshot()
      const { head } = book
      let payments = 0
      const pay = async () => {
        book.pay({ accountId: 'b', idempotencyKey: `k${payments++}`, amount: 1n, payee: 'c' })
        book.create({ accountId: `new-${payments}` })
        await session.commit(book.group())
      }
      await pay()

      const accounts = await accountsOf(snapshot, pay)
      const journal = await snapshot.journal({ after: 0, limit: 1_000 })
      expect(accounts).to.deep.equal(inOrderOfIds(book.accountsAt(snapshot.tablesThrough)))
      expect(journal.map(({ entry }) => entry)).to.deep.equal(book.entries.slice(0, head.sequence))
      expect(snapshot.head).to.deep.equal({ ...head, hash: journal.at(-1)!.hash })
      await snapshot.close()
      expect((await session.journal(EVERYTHING)).length).to.equal(book.entries.length)
    })

    it('taken during a commit shows all of the group or nothing', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      for (let index = 0; index < 50; index++) {
        book.pay({ accountId: 'b', idempotencyKey: `k${index}`, amount: 1n, payee: 'c' })
      }
      const before = book.head.sequence - 50
      const committing = session.commit(book.group())
      const snapshot = await session.snapshot()
      await committing

      expect([before, before + 50]).to.include(snapshot.head.sequence)
      const journal = await snapshot.journal({ after: 0, limit: 1_000 })
      expect(journal).to.have.length(snapshot.head.sequence)
      expect(await accountsOf(snapshot, async () => undefined)).to.deep.equal(
        inOrderOfIds(book.accountsAt(snapshot.tablesThrough))
      )
      await snapshot.close()
    })

    it('can be taken next to another one, and after another one was closed', async () => {
      const book = await someLedger(scene)
      const session = await scene.open()
      const first = await session.snapshot()
      book.pay({ accountId: 'b', idempotencyKey: 'k', amount: 1n })
      await session.commit(book.group())
      const second = await session.snapshot()
      expect([first.head.sequence, second.head.sequence]).to.deep.equal([8, 9])
      await first.close()
      expect(await second.journal({ after: 8, limit: 10 })).to.have.length(1)
      await second.close()
      const third = await session.snapshot()
      expect(third.head.sequence).to.equal(9)
      await third.close()
    })
  })
}
