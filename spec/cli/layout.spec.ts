import { expect } from 'chai'
import { counted, sizeText } from '../../lib/cli/layout.js'
import { jsonText } from '../../lib/cli/output.js'

describe('The layout of the command line', () => {
  for (const [count, text] of [
    [0, '0 entries'],
    [1, '1 entry'],
    [2, '2 entries'],
    [30_000, '30,000 entries']
  ] as const) {
    it(`counts ${text}`, () => {
      expect(counted(count, 'entry', 'entries')).to.equal(text)
    })
  }

  for (const [bytes, text] of [
    [0, '0 bytes'],
    [1, '1 byte'],
    [1_023, '1,023 bytes'],
    [1_024, '1.0 KiB'],
    [90_112, '88.0 KiB'],
    [5 * 1_024 ** 3, '5.0 GiB'],
    [2 ** 63, '8,192.0 PiB']
  ] as const) {
    it(`has sizes that people read: ${text}`, () => {
      expect(sizeText(bytes)).to.equal(text)
    })
  }

  it('has whole numbers in JSON, amounts as text and times in ISO 8601', () => {
    const answer = { elapsedMs: 12.7, nested: [0.4], amount: 2n ** 62n, at: new Date(0) }
    expect(jsonText(answer)).to.equal(
      '{"elapsedMs":13,"nested":[0],"amount":"4611686018427387904","at":"1970-01-01T00:00:00.000Z"}'
    )
  })
})
