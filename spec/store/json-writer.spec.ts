import { expect } from 'chai'
import * as fc from 'fast-check'
import { JsonWriter } from '../../lib/store/json-writer.js'

describe('the writer of JSON', () => {
  function written(write: (out: JsonWriter) => void): string {
    const out = new JsonWriter()
    write(out)
    const { length } = out
    const { text } = out
    expect(Buffer.from(out.bytes).toString()).to.equal(text)
    expect(length).to.equal(Buffer.byteLength(text))
    out.clear()
    expect(out.length).to.equal(0)
    return text
  }

  it('writes every string as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), value => {
        expect(written(out => out.string(value))).to.equal(JSON.stringify(value))
      })
    )
    expect(written(out => out.string('a lone \ud800 surrogate'))).to.equal('"a lone \\ud800 surrogate"')
  })

  it('writes the digits of every integer', () => {
    const integer = fc.oneof(fc.bigInt(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    fc.assert(
      fc.property(integer, value => {
        expect(written(out => out.integer(value))).to.equal(String(value))
      })
    )
    const borders = [0, 9, 10, 99_999_999, 100_000_000, 100_000_001, 2 ** 31, 2 ** 53 - 1].flatMap(n => [n, -n || 0])
    for (const border of borders) expect(written(out => out.integer(border))).to.equal(String(border))
  })

  it('writes any value that JSON knows', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(written(out => out.json(value))).to.equal(JSON.stringify(value))
      })
    )
  })

  it('takes more than it began with', () => {
    const ascii = 'x'.repeat(100_000)
    const other = '€'.repeat(100_000)
    const text = written(out => {
      out.raw(ascii)
      out.string(ascii)
      out.string(other)
      out.integer(7)
    })
    expect(text).to.equal(`${ascii}"${ascii}""${other}"7`)
  })

  it('begins anew when it is cleared, and changes no bytes that were taken before', () => {
    const out = new JsonWriter()
    out.string('first')
    const first = out.bytes
    out.clear()
    out.string('other')
    expect(out.text).to.equal('"other"')
    expect(Buffer.from(first).toString()).to.equal('"first"')
  })
})
