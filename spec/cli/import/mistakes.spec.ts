import { expect } from 'chai'
import { InvalidRequestError, type PaymentProcessor } from 'bursar'
import { CsvHeaderError } from '../../../lib/cli/import/columns.js'
import { ImportFileError } from '../../../lib/cli/import/settings.js'
import { isClean } from '../../../lib/cli/print-import.js'
import { CLEAN, HEADER, importRows, importText } from '../../support/csv-import.js'
import { describeOnEveryStore } from '../../support/on-every-store.js'

describeOnEveryStore('an import of a file with mistakes', scene => {
  let processor: PaymentProcessor

  beforeEach(async () => {
    processor = await scene.open()
  })

  it('books nothing of a file with a bad row', async () => {
    const outcome = await importRows(processor, [...CLEAN, 'x1,,alice,gift,,1,1']).catch((error: unknown) => error)
    expect(outcome).to.be.instanceOf(ImportFileError).with.property('message').that.includes('line 7')
    expect((await processor.verify()).entries).to.equal(0)
  })

  it('reports every bad row with its line and reason, and imports the rest when told to', async () => {
    const rows = [
      ...CLEAN.slice(0, 2),
      'x1,2025-01-02,alice,payment,rent,300',
      '',
      'x2,2025-01-02,alice,gift,,1,1',
      'x3,2025-01-02,alice,payment,"rent,1,1',
      'x4,2025-01-02,alice,payment,,1.5,1',
      'x5,2025-01-02,@settlement,deposit,,1,1',
      'x6,2025-01-02,not an id,deposit,,1,1',
      'x7 é,2025-01-02,alice,deposit,,1,1',
      ...CLEAN.slice(2)
    ]
    const report = await importRows(processor, rows, { skipBad: true })
    expect(report.badRows.count).to.equal(7)
    expect(report.badRows.first.map(({ line }) => line)).to.deep.equal([4, 6, 7, 8, 9, 10, 11])
    const reasons = report.badRows.first.map(({ reason }) => reason)
    expect(reasons[0]).to.equal('expected 7 columns as in the header, got 6')
    expect(reasons[1]).to.equal('expected the kind to be deposit or payment, got "gift"')
    expect(reasons[2]).to.include('unclosed quote')
    expect(reasons[3]).to.include('expected an amount').and.include('"1.5"').and.include('--amounts decimal')
    expect(reasons[4]).to.include('@settlement')
    expect(reasons[5]).to.include('not an id')
    expect(reasons[6]).to.include('idempotencyKey')
    expect(report).to.include({ imported: 5, accountsCreated: 2 })
    expect(report.runningBalances).to.include({ compared: 5, count: 0 })
    expect(isClean(report)).to.equal(false)
  })

  it('reports a repeated transaction once for every repetition, also when everything replays', async () => {
    const rows = [CLEAN[0]!, CLEAN[0]!, '1,2025-01-01,alice,deposit,cash,999,1999', '1,2025-01-01,bob,deposit,cash,7,7']
    for (const round of ['first', 'second']) {
      const report = await importRows(processor, rows, { skipBad: true })
      expect(report.badRows.first, round).to.deep.equal(
        [3, 4].map(line => ({ line, reason: 'expected a transactionId of its own, got "1", which an earlier row has' }))
      )
      expect(report.imported + report.replayed, round).to.equal(2)
    }
    expect((await processor.getBalance('alice')).posted).to.equal(1000n)
  })

  for (const [title, text] of [
    ['an empty file', ''],
    ['a file of blank lines', '\n\n'],
    ['a file without a header', `${CLEAN.join('\n')}\n`],
    ['a header with another separator', `${HEADER.replaceAll(',', '#')}\n`],
    ['a header with a stray quote', `"${HEADER}\n${CLEAN.join('\n')}\n`]
  ] as const) {
    it(`refuses ${title} and imports nothing`, async () => {
      const outcome = await importText(processor, text).catch((error: unknown) => error)
      expect(outcome).to.be.instanceOf(CsvHeaderError)
      expect(await processor.getTransactionCount()).to.equal(0)
    })
  }

  for (const [title, rows, imported] of [
    ['below it', ['1,,a,deposit,,"1,234",', '2,,a,deposit,,12.50,', '3,,a,deposit,,"1,234",'], 124_650n],
    ['beside it', ['1,,a,deposit,,"1,234",12.50', '2,,a,deposit,,5.00,'], 500n],
    [
      'above it, in a file with the newest row first',
      ['1,2025-01-02,a,deposit,,"1,234",', '2,2025-01-01,a,deposit,,5.00,'],
      500n
    ]
  ] as const) {
    it(`leaves out an amount with two readings in the booking too, where the decimal mark is shown ${title}`, async () => {
      const settings = { amounts: 'decimal', opening: 'none' } as const
      const report = await importRows(processor, rows, { settings, skipBad: true })
      expect(report.file.badRows.first).to.have.lengthOf(1)
      expect(report.badRows.first).to.deep.equal(report.file.badRows.first)
      expect(report.imported).to.equal(rows.length - 1)
      expect((await processor.getBalance('a')).posted).to.equal(imported)
    })
  }

  it('imports nothing from a header alone', async () => {
    const report = await importRows(processor, [])
    expect(report).to.include({ imported: 0, replayed: 0 })
    expect(isClean(report)).to.equal(true)
  })

  it('refuses an unknown currency as a whole', async () => {
    const outcome = await importRows(processor, CLEAN, { settings: { currency: 'XXY' } }).catch(
      (error: unknown) => error
    )
    expect(outcome).to.be.instanceOf(InvalidRequestError)
  })
})
