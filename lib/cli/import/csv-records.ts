import { parse } from 'csv-parse/sync'
import { byteLength } from './encoding.js'
import type { Encoding } from './settings.js'

/** One record of a CSV file, or the reason why the line holds none. */
export type CsvRecord = {
  /** The physical line that it begins on, from 1. */
  readonly line: number
  /** The physical line that it ends on. */
  readonly lastLine: number
  /** How far into the file it goes. */
  readonly bytes: number
} & ({ readonly fields: readonly string[] } | { readonly reason: string })

/** A longer record is a mistake, and must not fill the memory. */
const RECORD_LENGTH_MAX = 65_536

interface Line {
  readonly line: number
  readonly text: string
  readonly bytes: number
}

/** A record whose fields can be read, and its place among the records. */
interface Sound {
  readonly text: string
  readonly at: number
}

/**
 * Records as RFC 4180 has them: fields in quotes may hold separators, line breaks and doubled quotes. Blanks around
 * fields and lines without any field do not count. Text comes in pieces of any length.
 *
 * A record whose quotes do not close is one bad line, and reading goes on with the line below it: a reader that takes
 * everything up to the next quote for one field would swallow good lines.
 */
export class CsvRecordReader {
  readonly #separator: string
  readonly #encoding: Encoding
  readonly #whole: RegExp
  readonly #open: RegExp
  /** The end of the text so far, without a line end; never longer than what makes a line too long. */
  #rest = ''
  #restBytes = 0
  #line: number
  #bytes: number
  /** Lines of a record whose last quote is still open. */
  #pending: Line[] = []
  #pendingText = ''

  constructor(separator: string, encoding: Encoding, start = { line: 1, bytes: 0 }) {
    this.#separator = separator
    this.#encoding = encoding
    this.#line = start.line
    this.#bytes = start.bytes
    const end = separator === '|' ? '\\|' : separator
    const field = `(?: *"[^"]*(?:""[^"]*)*" *|[^"${end}\\r\\n]*)`
    this.#whole = new RegExp(`^${field}(?:${end}${field})*$`)
    this.#open = new RegExp(`^(?:${field}${end})* *"[^"]*(?:""[^"]*)*$`)
  }

  push(text: string): readonly CsvRecord[] {
    return this.#records(this.#linesOf(text))
  }

  /** What the last line without an end holds. */
  end(): readonly CsvRecord[] {
    const lines = this.#rest === '' ? [] : [this.#lineOf(this.#rest, this.#restBytes)]
    this.#rest = ''
    const records = [...this.#records(lines)]
    while (this.#pending.length > 0) records.push(...this.#records(this.#giveUp(records)))
    return records
  }

  #linesOf(text: string): readonly Line[] {
    const whole = this.#rest + text
    const lines: Line[] = []
    let from = 0
    for (const { index, 0: end } of whole.matchAll(/\r\n|\n|\r/g)) {
      // The other half of this line end may be in the next piece.
      if (end === '\r' && index === whole.length - 1) break
      const line = whole.slice(from, index + end.length)
      const carried = from === 0 ? this.#restBytes - byteLength(this.#rest, this.#encoding) : 0
      lines.push(this.#lineOf(line, byteLength(line, this.#encoding) + carried))
      from = index + end.length
    }
    const rest = whole.slice(from)
    const carried = from === 0 ? this.#restBytes - byteLength(this.#rest, this.#encoding) : 0
    this.#restBytes = byteLength(rest, this.#encoding) + carried
    // One character more than allowed is enough to know that the line is too long when its end comes.
    this.#rest = rest.length > RECORD_LENGTH_MAX + 1 ? rest.slice(-RECORD_LENGTH_MAX - 1) : rest
    return lines
  }

  #lineOf(text: string, bytes: number): Line {
    this.#bytes += bytes
    return { line: this.#line++, text, bytes: this.#bytes }
  }

  #records(lines: readonly Line[]): readonly CsvRecord[] {
    const records: CsvRecord[] = []
    const sound: Sound[] = []
    const queue = [...lines].reverse()
    for (let line = queue.pop(); line !== undefined; line = queue.pop()) {
      if (this.#pending.length === 0 && line.text.trim() === '') continue
      this.#pending.push(line)
      this.#pendingText += line.text
      const state = this.#stateOf(line)
      if (state === 'open') continue
      if (state === 'broken') {
        queue.push(...[...this.#giveUp(records)].reverse())
        continue
      }
      const [first] = this.#pending
      sound.push({ text: withoutEnd(this.#pendingText), at: records.length })
      records.push({ line: first!.line, lastLine: line.line, bytes: line.bytes, fields: [] })
      this.#pending = []
      this.#pendingText = ''
    }
    this.#fill(records, sound)
    return records.filter(record => 'reason' in record || record.fields.some(field => field !== ''))
  }

  #stateOf(line: Line): 'whole' | 'open' | 'broken' {
    if (this.#pendingText.length > RECORD_LENGTH_MAX) return 'broken'
    // Without a quote of its own, a line leaves everything as it was.
    if (!line.text.includes('"')) return this.#pending.length === 1 ? 'whole' : 'open'
    if (this.#whole.test(withoutEnd(this.#pendingText))) return 'whole'
    return this.#open.test(this.#pendingText) ? 'open' : 'broken'
  }

  /** The first line of what cannot be read is bad; returns the others, which are read anew. */
  #giveUp(records: CsvRecord[]): readonly Line[] {
    const [first, ...others] = this.#pending
    const isTooLong = first!.text.length > RECORD_LENGTH_MAX
    const reason = isTooLong
      ? `expected at most ${RECORD_LENGTH_MAX} characters, got a longer line`
      : 'expected quotes around whole fields and doubled inside them, got a stray or an unclosed quote'
    records.push({ line: first!.line, lastLine: first!.line, bytes: first!.bytes, reason })
    this.#pending = []
    this.#pendingText = ''
    return others
  }

  #fill(records: CsvRecord[], sound: readonly Sound[]): void {
    if (sound.length === 0) return
    const rows: string[][] = parse(sound.map(({ text }) => text).join('\n'), {
      delimiter: this.#separator,
      record_delimiter: '\n',
      relax_column_count: true,
      trim: true
    })
    sound.forEach(({ at }, index) => {
      records[at] = { ...records[at]!, fields: rows[index]! }
    })
  }
}

function withoutEnd(text: string): string {
  return text.replace(/(?:\r\n|\n|\r)$/, '')
}
