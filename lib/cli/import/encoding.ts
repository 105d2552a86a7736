import { quoted } from '../quoted.js'
import { ImportFileError, type Encoding } from './settings.js'

const MARKS: readonly { readonly encoding: Encoding; readonly bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] }
]

export interface FoundEncoding {
  readonly encoding: Encoding
  /** Of the byte order mark, which is no part of the text. */
  readonly markBytes: number
}

/** A byte order mark is certain; then the option counts, then what an XML or OFX header declares. */
export function encodingOf(head: Uint8Array, asked: Encoding | undefined): FoundEncoding {
  const mark = MARKS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))
  if (mark !== undefined) return { encoding: mark.encoding, markBytes: mark.bytes.length }
  const encoding = asked ?? declared(head) ?? 'utf-8'
  if (asked === undefined && head.subarray(0, 1_000).includes(0)) {
    throw new ImportFileError(
      'The file holds zero bytes, as UTF-16 without a mark does. Add --encoding utf-16le or --encoding utf-16be.'
    )
  }
  return { encoding, markBytes: 0 }
}

const LATIN1 =
  /^\s*<\?xml[^>]*encoding=["'](?:iso-8859-1|iso-8859-15|windows-1252)["']|^OFXHEADER[\s\S]*?CHARSET:\s*1252/i

function declared(head: Uint8Array): Encoding | undefined {
  return LATIN1.test(Buffer.from(head.subarray(0, 1_000)).toString('latin1')) ? 'latin1' : undefined
}

/** The text of the bytes. Throws `ImportFileError` at bytes that the encoding does not have. */
export async function* decoded(input: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  // The label latin1 means Windows-1252, which has a character for every byte.
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  let last: Uint8Array = new Uint8Array()
  try {
    for await (const chunk of input) {
      last = chunk
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ImportFileError(
      `The file is not ${encoding.toUpperCase()} near ${nearby(last, encoding)}. Name its encoding: --encoding latin1, utf-16le or utf-16be.`
    )
  }
}

function nearby(chunk: Uint8Array, encoding: Encoding): string {
  const text = new TextDecoder(encoding).decode(chunk)
  const at = Math.max(0, text.indexOf('\uFFFD'))
  return quoted(text.slice(Math.max(0, at - 20), at + 10))
}

/** How many bytes of the file the text is made of. */
export function byteLength(text: string, encoding: Encoding): number {
  if (encoding === 'latin1') return text.length
  return encoding === 'utf-8' ? Buffer.byteLength(text) : text.length * 2
}
