import { expect } from 'chai'
import { readDate } from '../../../lib/cli/import/date.js'
import type { DateForm } from '../../../lib/cli/import/settings.js'

describe('the date of a row', () => {
  for (const [text, form, day] of [
    ['2026-01-31', 'auto', '2026-01-31'],
    ['2026/1/31', 'auto', '2026-01-31'],
    ['20260131', 'auto', '2026-01-31'],
    ['31.01.2026', 'auto', '2026-01-31'],
    ['31.1.26', 'auto', '2026-01-31'],
    ['31 Jan 2026', 'auto', '2026-01-31'],
    ['31-Jan-26', 'auto', '2026-01-31'],
    ['January 31, 2026', 'auto', '2026-01-31'],
    ['31/01/2026', 'dmy', '2026-01-31'],
    ['31-01-99', 'dmy', '1999-01-31'],
    ['01/31/2026', 'mdy', '2026-01-31'],
    ['2026 01 31', 'ymd', '2026-01-31'],
    ['29.02.2024', 'auto', '2024-02-29']
  ] as const) {
    it(`is ${day} where the file says ${text} (${form})`, () => {
      expect(readDate(text, form)).to.deep.equal({ day, text: day })
    })
  }

  for (const [text, form, kept] of [
    ['2026-01-31T12:00:00Z', 'auto', '2026-01-31T12:00:00Z'],
    ['2026-01-31 9:05', 'auto', '2026-01-31T09:05'],
    ['31/01/2026 23:59:59', 'dmy', '2026-01-31T23:59:59']
  ] as const) {
    it(`keeps the time of day of ${text}`, () => {
      expect(readDate(text, form)).to.deep.equal({ day: '2026-01-31', text: kept })
    })
  }

  for (const [text, form] of [
    ['', 'auto'],
    ['Total', 'auto'],
    ['2026-02-31', 'auto'],
    ['29.02.2026', 'auto'],
    ['31/01/2026', 'mdy'],
    ['2026-01-31', 'dmy'],
    ['0000-01-01', 'auto'],
    ['46053', 'auto']
  ] as const) {
    it(`is refused: ${JSON.stringify(text)} (${form})`, () => {
      expect(readDate(text, form as DateForm))
        .to.have.property('reason')
        .that.includes(JSON.stringify(text))
    })
  }

  it('is refused where day and month could be meant either way, and names the option', () => {
    expect(readDate('03/04/2026', 'auto')).to.have.property('reason').that.includes('--dates dmy or --dates mdy')
  })
})
