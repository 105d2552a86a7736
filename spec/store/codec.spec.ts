import { expect } from 'chai'
import type { Entry } from '../../lib/domain/entry.js'
import { decodeEntry, encodeEntry } from '../../lib/store/codec.js'
import { newBook } from '../support/book.js'

describe('the text of an entry', () => {
  let entry: Entry

  beforeEach(() => {
    const book = newBook()
    book.create({ accountId: 'alice', posted: 100n })
    entry = book.pay({ accountId: 'alice', idempotencyKey: 'k', amount: 1n })
  })

  it('is whole although the one before it could not be written to its end', () => {
    const whole = encodeEntry(entry)
    const unwritable = { ...entry, command: { ...entry.command, metadata: { amount: 1n } } } as never as Entry
    expect(() => encodeEntry(unwritable)).to.throw(TypeError)
    expect(encodeEntry(entry)).to.equal(whole)
  })

  for (const [title, change] of [
    ['a message that is a number', (text: string) => text.replace(/"message":"[^"]*"/, '"message":5')],
    ['no message', (text: string) => text.replace(/"message":"[^"]*",/, '')],
    ['a currency that is nothing', (text: string) => text.replace('"currency":"USD"', '"currency":null')],
    [
      'a transaction id that is a list',
      (text: string) => text.replace(/"transactionId":"[^"]*"/, '"transactionId":[1]')
    ],
    ['an account that is a number', (text: string) => text.replace('[["alice"', '[[7')]
  ] as const) {
    it(`never comes out again as it was for ${title}`, () => {
      const changed = change(encodeEntry(entry))
      expect(changed).not.to.equal(encodeEntry(entry))
      expect(encodeEntry(decodeEntry(changed))).not.to.equal(changed)
    })
  }
})
