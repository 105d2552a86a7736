import { parse } from 'csv-parse/sync'
import { expect } from 'chai'
import fc from 'fast-check'
import { CsvRecordReader, type CsvRecord } from '../../../lib/cli/import/csv-records.js'

describe('the records of a CSV file', () => {
  it('begin on the line that a person counts, blank ones included', () => {
    expect(read('a,b\n\n1,2\n')).to.deep.equal([fields(1, 'a', 'b'), fields(3, '1', '2')])
  })

  it('have quoted fields with separators, doubled quotes and line breaks', () => {
    expect(read('"a,b","say ""hi""","one\ntwo\r\nthree"\n1,2,3\n')).to.deep.equal([
      fields(1, 'a,b', 'say "hi"', 'one\ntwo\r\nthree'),
      fields(4, '1', '2', '3')
    ])
  })

  for (const [name, text] of [
    ['CRLF line ends', 'a,b\r\n"1",2\r\n3,4\r\n'],
    ['CR line ends', 'a,b\r"1",2\r3,4\r'],
    ['mixed line ends', 'a,b\n"1",2\r\n3,4\n'],
    ['no line end at the end', 'a,b\n1,2\n3,"4"'],
    ['blanks around fields', 'a, b\n1 , "2" \n 3, 4\n'],
    ['lines of separators only', 'a,b\n1,2\n3,4\n,\n , \n']
  ] as const) {
    it(`are read from a file with ${name}`, () => {
      expect(read(text)).to.deep.equal([fields(1, 'a', 'b'), fields(2, '1', '2'), fields(3, '3', '4')])
    })
  }

  for (const [name, separator] of [
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['pipes', '|']
  ] as const) {
    it(`are divided by ${name}, empty fields included`, () => {
      const text = ['a', '', '"x, y"', ''].join(separator)
      expect(read(`${text}\n`, separator)).to.deep.equal([fields(1, 'a', '', 'x, y', '')])
    })
  }

  it('are none in an empty file', () => {
    expect(read('')).to.deep.equal([])
    expect(read('\n\r\n')).to.deep.equal([])
  })

  for (const [name, line] of [
    ['that opens a quote and never closes it', 'x,"y'],
    ['with text behind a closing quote', '"x"y,z'],
    ['with a quote inside a plain field', 'x"y,z'],
    ['with quotes inside quotes', '2,"to X for "$200 from Y"; Conf"'],
    ['that closes a quote opened on the line before', 'y",z']
  ] as const) {
    it(`leave out a line ${name}, and go on with the next`, () => {
      const [first, second, third] = read(`a,b\n${line}\n"1",2\n`)
      expect(first).to.deep.equal(fields(1, 'a', 'b'))
      expect(second).to.include({ line: 2 }).and.to.have.property('reason').that.includes('unclosed quote')
      expect(third).to.deep.equal(fields(3, '1', '2'))
    })
  }

  it('lose no line to a quote that is never closed', () => {
    const good = Array.from({ length: 5_000 }, (_, index) => `${index},plain`)
    const records = read(['a,b', '0,"open', ...good].map(line => `${line}\n`).join(''))
    expect(records).to.have.lengthOf(5_002)
    expect(records.filter(record => 'reason' in record).map(({ line }) => line)).to.deep.equal([2])
  })

  it('do not keep an endless line, and go on with the next', function () {
    this.timeout(60_000)
    const reader = new CsvRecordReader(',', 'latin1')
    const tenMegabytes = 'x'.repeat(10_000_000)
    // Longer than a string can be: whoever keeps the line fails.
    const records = ['a,b\n', ...Array<string>(54).fill(tenMegabytes), '\n1,2\n'].flatMap(text => reader.push(text))
    expect(records[1]).to.include({ line: 2 }).and.to.have.property('reason').that.includes('65536 characters')
    expect(records[2]).to.deep.include({ line: 3, fields: ['1', '2'], bytes: 540_000_000 + 9 })
  })

  it('are the same however the text arrives', () => {
    const text = 'äb,"c ""€"""\r\n1,"broken\n\n"2,\u{1F4B6}",3\r\n"two\r\nlines",4\r5'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), cuts => {
        const ends = [...cuts, text.length].sort((a, b) => a - b)
        const reader = new CsvRecordReader(',', 'utf-8')
        const records = ends.flatMap((to, index) => reader.push(text.slice(ends[index - 1] ?? 0, to)))
        expect([...records, ...reader.end()]).to.deep.equal(recordsOf(text))
      }),
      { numRuns: 100 }
    )
  })

  it('are what another reader of RFC 4180 finds', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\n', '\r\n', 'é', ' x') })
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(rows, table => {
        const quotedFields = table.map(row => row.map(text => `"${text.replaceAll('"', '""')}"`).join(','))
        const text = quotedFields.map(line => `${line}\n`).join('')
        const expected: string[][] = parse(text, { relax_column_count: true })
        const found = read(text).map(record => ('fields' in record ? record.fields : []))
        expect(found).to.deep.equal(expected.filter(row => row.some(one => one !== '')))
      })
    )
  })

  for (const [encoding, length] of [
    ['utf-8', 1],
    ['latin1', 0],
    ['utf-16le', 4]
  ] as const) {
    it(`tell how far into a ${encoding} file they go`, () => {
      const reader = new CsvRecordReader(',', encoding)
      const ends = [...reader.push('ä,b\n1,2\n')].map(({ bytes }) => bytes)
      expect(ends).to.deep.equal([4 + length, 8 + length * (encoding === 'utf-16le' ? 2 : 1)])
    })
  }
})

type WithoutPlace = { line: number; fields: readonly string[] } | { line: number; reason: string }

function fields(line: number, ...values: string[]): WithoutPlace {
  return { line, fields: values }
}

function recordsOf(text: string, separator = ','): readonly CsvRecord[] {
  const reader = new CsvRecordReader(separator, 'utf-8')
  return [...reader.push(text), ...reader.end()]
}

function read(text: string, separator = ','): readonly WithoutPlace[] {
  return recordsOf(text, separator).map(record =>
    'fields' in record ? fields(record.line, ...record.fields) : { line: record.line, reason: record.reason }
  )
}
