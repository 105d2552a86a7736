import { expect } from 'chai'
import { AMOUNT_MAX } from 'bursar'
import { newBook, type Book } from '../../support/book.js'
import { EVERYTHING, wanting, type StoreScene } from './scene.js'

const PRINTABLE_ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

/** Whatever way an entry, an account or a transaction can be read, it comes back as it was written. */
async function expectRoundTrip(scene: StoreScene, book: Book): Promise<void> {
  await scene.everywhere(async session => {
    const journal = await session.journal(EVERYTHING)
    expect(journal.map(({ entry }) => entry)).to.deep.equal(book.entries)
    const { accounts } = await session.load(wanting({ accounts: [...book.accounts.keys()] }))
    expect(accounts).to.have.deep.members([...book.accounts.values()])
    expect((await session.history(EVERYTHING)).transactions).to.deep.equal([...book.transactions.values()])
    for (const entry of book.entries) {
      const { command } = entry
      if (!('idempotencyKey' in command) || command.idempotencyKey === undefined) continue
      const { accountId, idempotencyKey } = command
      const { keyed } = await session.load(wanting({ keys: [{ accountId, idempotencyKey }] }))
      expect(keyed).to.deep.equal([entry])
    }
  })
}

export function describeValues(scene: StoreScene): void {
  describe('values', () => {
    it('keep all 64 bits: balances, limits, holds and amounts up to ±(2^63−1)', async () => {
      const book = newBook()
      const session = await scene.open()
      book.create({ accountId: 'full', posted: AMOUNT_MAX, overdraftLimit: AMOUNT_MAX })
      book.create({ accountId: 'odd', posted: 2n ** 53n + 1n, currency: 'EUR' })
      book.create({ accountId: 'debtor', overdraftLimit: AMOUNT_MAX, posted: 0n, currency: 'KWD' })
      book.authorize({ accountId: 'full', idempotencyKey: 'hold', amount: AMOUNT_MAX, expiresInMs: 2 ** 52 })
      const payment = book.pay({
        accountId: 'debtor',
        idempotencyKey: 'p',
        amount: AMOUNT_MAX,
        payee: '@settlement:KWD'
      })
      book.refund({ accountId: 'debtor', idempotencyKey: 'r', amount: AMOUNT_MAX - 1n, payment })
      book.pay({ accountId: 'debtor', idempotencyKey: 'q', amount: AMOUNT_MAX - 1n, payee: '@settlement:KWD' })
      await session.commit(book.group())

      expect(book.accounts.get('@funding:USD')?.posted).to.equal(-AMOUNT_MAX)
      expect(book.accounts.get('debtor')?.posted).to.equal(-AMOUNT_MAX)
      expect(book.accounts.get('@settlement:KWD')?.posted).to.equal(AMOUNT_MAX)
      await expectRoundTrip(scene, book)
    })

    it('keep times far in the past and in the future', async () => {
      const book = newBook()
      const session = await scene.open()
      book.at(0)
      book.create({ accountId: 'old', posted: 1n })
      book.at(8_640_000_000_000_000)
      book.pay({ accountId: 'old', idempotencyKey: 'k', amount: 1n })
      await session.commit(book.group())
      await expectRoundTrip(scene, book)
    })

    for (const accountId of ['__proto__', 'constructor', 'toString', 'a'.repeat(128), '0', '-._:@', 'NULL']) {
      it(`take ${accountId.slice(0, 20)} for an ordinary id`, async () => {
        const book = newBook()
        const session = await scene.open()
        book.create({ accountId, idempotencyKey: accountId, posted: 10n })
        book.pay({ accountId, idempotencyKey: 'k', amount: 1n })
        await session.commit(book.group())
        await expectRoundTrip(scene, book)
      })
    }

    for (const [title, idempotencyKey] of [
      ['every printable character', PRINTABLE_ASCII],
      ['255 characters', 'k'.repeat(255)],
      ['quotes and wildcards', `'";--%_*?\\`],
      ['a number', '007'],
      ['blanks', '  '],
      ['the name of a prototype', '__proto__']
    ] as const) {
      it(`take a key of ${title} as it is`, async () => {
        const book = newBook()
        const session = await scene.open()
        book.create({ accountId: 'alice', idempotencyKey, posted: 10n })
        await session.commit(book.group())
        await expectRoundTrip(scene, book)
      })
    }

    it('keep metadata of any text, character by character', async () => {
      const book = newBook()
      const session = await scene.open()
      const texts = [
        '',
        '\u0000',
        'a\u0000b',
        'line\nbreak',
        '"quoted"',
        '\\',
        '🏦',
        'é',
        'e\u0301',
        '\uFEFF',
        '\u2028',
        '12n'
      ]
      const metadata = Object.fromEntries(texts.map((text, index) => [`key ${index} ${text}`, text]))
      book.create({ accountId: 'alice', posted: 10n, metadata })
      book.create({ accountId: 'bob', metadata: { amount: '5', posted: '6', held: '7', legs: '8', toJSON: '9' } })
      book.create({
        accountId: 'carol',
        metadata: JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>
      })
      await session.commit(book.group())
      await expectRoundTrip(scene, book)
      expect(Object.keys(book.accounts.get('carol')!.metadata)).to.deep.equal(['__proto__', 'constructor'])
    })
  })
}
