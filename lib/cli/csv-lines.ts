import { addAbortSignal, pipeline, Readable } from 'node:stream'
import { parse, type InfoRecord } from 'csv-parse'

/** One record of a CSV file, or the reason why the line holds none. */
export type CsvLine = {
  /** From 1; the header, where there is one, is line 1. */
  readonly line: number
  /** How far into the file this line ends. */
  readonly bytes: number
} & ({ readonly fields: readonly string[] } | { readonly reason: string })

/** A longer line is a mistake, and must not fill the memory. */
const LINE_LENGTH_MAX = 65_536

/**
 * Fields separated by commas, quoted where needed with `"`, every record on a line of its own; blank lines do not count.
 * Reads the file as a stream. Aborting the signal ends the records early, without an error.
 */
export async function* csvLines(
  input: AsyncIterable<Uint8Array | string>,
  signal?: AbortSignal
): AsyncGenerator<CsvLine> {
  const broken = new Map<number, string>()
  const source = Readable.from(soundLines(input, broken))
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true
  })
  if (signal !== undefined) addAbortSignal(signal, parser)
  pipeline(source, parser, () => {
    // The parser hands every error to the loop below.
  })
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: InfoRecord }>) {
      const { lines: line, bytes } = info
      const reason = broken.get(line)
      broken.delete(line)
      yield { line, bytes, ...(reason === undefined ? { fields: record } : { reason }) }
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}

/** Stands in the text for a line that the parser must not see, so that it still counts. */
const PLACEHOLDER = '-'

/**
 * Passes the text on with every unparsable line taken out. A parser that meets one stray quote reads on to the next
 * quote, wherever that is, and swallows the good lines between.
 */
async function* soundLines(
  input: AsyncIterable<Uint8Array | string>,
  broken: Map<number, string>
): AsyncGenerator<string> {
  // The mark at the start of the file is left to the parser, for text and bytes alike.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let count = 0
  let rest = ''
  for await (const chunk of input) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    const lines = text.split('\n')
    // One character more than allowed is enough to know that the line is too long when its end comes.
    rest = lines.pop()!.slice(0, LINE_LENGTH_MAX + 1)
    if (lines.length > 0) yield lines.map(checked).join('\n') + '\n'
  }
  rest += decoder.decode()
  if (rest !== '') yield checked(rest)

  function checked(line: string): string {
    count += 1
    const reason = problemOf(line)
    if (reason === undefined) return line
    broken.set(count, reason)
    return PLACEHOLDER
  }
}

const FIELD = '(?:[^",\\r]*|"(?:[^"]|"")*")'
const WELL_QUOTED = new RegExp(`^\\uFEFF?${FIELD}(?:,${FIELD})*\\r?$`)

function problemOf(line: string): string | undefined {
  if (line.length > LINE_LENGTH_MAX) return `expected at most ${LINE_LENGTH_MAX} characters, got a longer line`
  if (line.includes('"') && !WELL_QUOTED.test(line)) {
    return 'expected quotes around whole fields and doubled inside them, got a stray or an unclosed quote'
  }
  return undefined
}
