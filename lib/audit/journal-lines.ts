import { decodeEntry } from '../store/codec.js'
import type { ChainedEntry } from '../store/store.js'

/**
 * An entry as a line of NDJSON: its hashes, and the stored text itself, so that whoever has the line can recompute the
 * hash without knowing how an entry is encoded.
 */
export function ndjsonLine({ encoded, previousHash, hash }: Pick<ChainedEntry, 'encoded' | 'previousHash' | 'hash'>) {
  return `{"previousHash":"${previousHash}","hash":"${hash}","entry":${withoutLineSeparators(encoded)}}`
}

const LINE = /^\{"previousHash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})","entry":(\{.*\})\}$/

/** What `ndjsonLine` wrote, not checked further; `undefined` for any other text. */
export function parseNdjsonLine(line: string): ChainedEntry | undefined {
  const [, previousHash, hash, text] = LINE.exec(line) ?? []
  if (previousHash === undefined || hash === undefined || text === undefined) return undefined
  const encoded = withLineSeparators(text)
  try {
    return { entry: decodeEntry(encoded), encoded, previousHash, hash }
  } catch {
    return undefined
  }
}

/** JSON leaves U+2028 and U+2029 as they are, and many readers of lines end a line there. */
function withoutLineSeparators(json: string): string {
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** An escape only where the backslash is not itself escaped. */
const ESCAPED_SEPARATOR = /(?<=(?:^|[^\\])(?:\\\\)*)\\u202([89])/g

function withLineSeparators(json: string): string {
  return json.replace(ESCAPED_SEPARATOR, (_, last) => (last === '8' ? '\u2028' : '\u2029'))
}
