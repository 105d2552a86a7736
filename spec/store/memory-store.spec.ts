import { memoryStore } from 'bursar'
import { expect } from 'chai'
import { newBook } from '../support/book.js'
import { LEDGERS } from '../support/stores.js'
import { describeStore } from './conformance.js'

describeStore('memory', LEDGERS.find(({ name }) => name === 'memory')!.create)

describe('memory store', () => {
  it('keeps every ledger apart from every other', async () => {
    const book = newBook()
    const [one, other] = [memoryStore(), memoryStore()]
    const [first, second] = [await one.open(), await other.open()]
    book.create({ accountId: 'alice', posted: 1n })
    await first.commit(book.group())
    await first.close()
    await second.close()

    expect((await one.open()).head.sequence).to.equal(1)
    expect((await other.open()).head.sequence).to.equal(0)
  })
})
