import { expect } from 'chai'
import { Mailbox } from '../../lib/store/sqlite/writing/mailbox.js'
import type { JournalCommit } from '../../lib/store/sqlite/writing/writer.js'

describe('the mailbox between the two threads', () => {
  let main: Mailbox
  let writer: Mailbox

  beforeEach(() => {
    const memory = Mailbox.memory()
    main = new Mailbox(memory)
    writer = new Mailbox(memory)
  })

  function commitOf(texts: readonly string[], letters: JournalCommit['letters'] = []): JournalCommit {
    const bytes = texts.map(text => Buffer.from(text))
    return {
      expectedHead: 2 ** 53 - 1 - texts.length,
      bytes: new Uint8Array(Buffer.concat(bytes)),
      lengths: Uint32Array.from(bytes, ({ length }) => length),
      letters,
      settings: {},
      head: { sequence: 2 ** 53 - 1, timestamp: -(2 ** 53) + 1, transactionCount: 2 ** 40 + 1 }
    }
  }

  for (const [title, texts] of [
    ['of one entry', ['{}']],
    ['of no entries', []],
    ['of texts in any script, and an empty one', ['{"message":"Zürich € 🏦"}', '', '{"message":"支払い"}']],
    ['of many entries', Array.from({ length: 1_000 }, (_, entry) => `{"sequence":${entry}}`)]
  ] as const) {
    it(`hands a commit ${title} over as it is, once`, () => {
      const commit = commitOf(texts)
      expect(writer.take()).to.equal(undefined)
      expect(main.put(commit)).to.equal(true)
      expect(writer.take()).to.deep.equal(commit)
      expect(writer.take()).to.equal(undefined)
    })
  }

  it('keeps nothing of a longer commit before', () => {
    main.put(commitOf(['{"message":"a long one"}', '{"message":"another"}']))
    writer.take()
    const commit = commitOf(['{}'])
    main.put(commit)
    expect(writer.take()).to.deep.equal(commit)
  })

  it('says once that a commit is on disk', () => {
    main.put(commitOf(['{}']))
    writer.take()
    expect(main.takeDone()).to.equal(false)
    writer.putDone()
    expect(main.takeDone()).to.equal(true)
    expect(main.takeDone()).to.equal(false)
  })

  it('takes the next commit after one that failed', () => {
    main.put(commitOf(['{"message":"failed"}']))
    writer.take()
    const next = commitOf(['{}'])
    expect(main.put(next)).to.equal(true)
    expect(main.takeDone()).to.equal(false)
    expect(writer.take()).to.deep.equal(next)
  })

  it('takes what just fits, and refuses one byte more', () => {
    let size = 1
    while (new Mailbox(Mailbox.memory()).put(commitOf(['x'.repeat(2 * size)]))) size *= 2
    for (let step = size; step >= 1; step /= 2) if (main.put(commitOf(['x'.repeat(size + step)]))) size += step
    const largest = commitOf(['x'.repeat(size)])
    main.put(largest)
    expect(writer.take()).to.deep.equal(largest)
    expect(main.put(commitOf(['x'.repeat(size + 1)]))).to.equal(false)
    expect(writer.take()).to.equal(undefined)
  })

  it('refuses a commit that changes settings', () => {
    expect(main.put({ ...commitOf(['{}']), settings: { colour: 'red' } })).to.equal(false)
    expect(writer.take()).to.equal(undefined)
  })

  it('refuses what has dead letters', () => {
    expect(main.put(commitOf(['{}'], ['letter-1']))).to.equal(false)
    expect(writer.take()).to.equal(undefined)
  })
})
