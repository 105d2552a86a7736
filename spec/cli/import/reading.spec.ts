import { expect } from 'chai'
import { checkFile } from '../../../lib/cli/import/check.js'
import { ImportFileError, type ImportSettings } from '../../../lib/cli/import/settings.js'
import { textSource } from '../../../lib/cli/import/source.js'

const CSV = 'transactionId,accountId,kind,amount,operation\n1,a,deposit,1000,Müller\n2,a,payment,400,Café\n'

function check(content: string | Uint8Array, settings: Partial<ImportSettings> = {}) {
  return checkFile(textSource(content), { currency: 'EUR', ...settings })
}

async function refusal(content: string | Uint8Array, settings: Partial<ImportSettings> = {}): Promise<string> {
  const error: unknown = await check(content, settings).catch((thrown: unknown) => thrown)
  expect(error).to.be.instanceOf(ImportFileError)
  return (error as Error).message
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

describe('reading a CSV file', () => {
  for (const [name, content, settings] of [
    ['UTF-8', CSV, {}],
    ['UTF-8 with a mark', `\uFEFF${CSV}`, {}],
    ['UTF-16LE with a mark', Buffer.from(`\uFEFF${CSV}`, 'utf16le'), {}],
    ['UTF-16BE with a mark', utf16be(`\uFEFF${CSV}`), {}],
    ['UTF-16LE by option', Buffer.from(CSV, 'utf16le'), { encoding: 'utf-16le' }],
    ['UTF-16BE by option', utf16be(CSV), { encoding: 'utf-16be' }],
    ['Latin-1 by option', Buffer.from(CSV, 'latin1'), { encoding: 'latin1' }],
    ['UTF-8 with a mark, whatever the option says', `\uFEFF${CSV}`, { encoding: 'latin1' }]
  ] as const) {
    it(`understands ${name}, forwards and backwards`, async () => {
      const { report, file } = await check(content, settings)
      expect(report).to.include({ rows: 2 })
      expect(report.badRows.count).to.equal(0)
      const texts = []
      for await (const item of file.itemsReversed()) texts.push('row' in item ? item.row.metadata['operation'] : item)
      expect(texts).to.deep.equal(['Café', 'Müller'])
    })
  }

  it('refuses bytes that are no UTF-8, shows where, and names the option', async () => {
    const message = await refusal(Buffer.from(CSV, 'latin1'))
    expect(message).to.include('--encoding latin1').and.include('M\uFFFDller')
  })

  it('refuses UTF-16 without a mark, and names the option', async () => {
    expect(await refusal(Buffer.from(CSV, 'utf16le'))).to.include('--encoding utf-16le')
  })

  for (const [name, separator] of [
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
    ['pipe', '|']
  ] as const) {
    it(`finds out that the separator is a ${name}`, async () => {
      const { report, file } = await check(CSV.replaceAll(',', separator))
      expect(file.separator).to.equal(name)
      expect(report).to.include({ rows: 2 })
    })
  }

  it('takes the separator that an option names, and no other', async () => {
    expect(await refusal(CSV, { separator: 'semicolon' })).to.include('missing')
  })

  it('finds the header below what a bank writes about the account, and counts lines as an editor does', async () => {
    const text = `"Konto:";"DE02"\n\n"Stand ""heute""";"1.000,00"\n${CSV.replaceAll(',', ';')}3;a;gift;1;\n`
    const { report, file } = await check(text)
    expect(file.headerLine).to.equal(4)
    expect(report.badRows.first.map(({ line }) => line)).to.deep.equal([7])
  })

  it('says which columns there are, and how to map them, where none fit', async () => {
    const message = await refusal('Buchungstag;Betrag;Verwendungszweck\n01.01.2026;5,00;x\n')
    expect(message).to.include('"Buchungstag", "Betrag"').and.include('--map "Buchungstag=')
    expect(message).to.include('--account ID').and.include('--ids content').and.include('--signed')
  })

  it('refuses an empty file', async () => {
    expect(await refusal('')).to.include('The file is empty')
  })

  it('says in which order the rows are, and on which days', async () => {
    const rows = (...days: readonly string[]) =>
      'transactionId,accountId,kind,amount,date\n' + days.map((day, n) => `${n},a,deposit,1,${day}\n`).join('')
    const orderOf = async (...days: readonly string[]) => (await check(rows(...days))).report.order
    expect(await orderOf('2026-01-01', '2026-01-01', '2026-01-02')).to.equal('oldest-first')
    expect(await orderOf('2026-01-02', '2026-01-01')).to.equal('newest-first')
    expect(await orderOf('2026-01-02', '2026-01-01', '2026-01-02')).to.equal('mixed')
    expect(await orderOf('2026-01-02', '2026-01-02')).to.equal('unknown')
    expect((await check(rows('2026-01-02', '2026-01-01'))).report).to.include({
      firstDay: '2026-01-01',
      lastDay: '2026-01-02'
    })
  })

  it('sees from the balances which row of one day came first', async () => {
    const header = 'transactionId,accountId,kind,amount,date,balanceAfter\n'
    const rows = ['1,a,deposit,10,2026-01-01,10\n', '2,a,deposit,5,2026-01-01,15\n', '3,a,payment,1,2026-01-01,14\n']
    expect((await check(header + rows.join(''))).report.order).to.equal('oldest-first')
    expect((await check(header + rows.reverse().join(''))).report.order).to.equal('newest-first')
  })
})
