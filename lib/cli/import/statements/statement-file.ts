import { decoded, type FoundEncoding } from '../encoding.js'
import type { FileFormat, FileItem, ImportFile, ToldBalance } from '../import-file.js'
import type { ImportRow } from '../row.js'
import type { ImportSettings } from '../settings.js'
import type { ImportSource } from '../source.js'
import { statementParser, type ElementHandler } from './xml.js'

/** What a reader of one format finds. */
export type Found = { readonly row: ImportRow } | { readonly told: ToldBalance } | { readonly reason: string }

/** Makes a handler that passes on what it finds, with the line that it began on. */
export type StatementReader = (found: (line: number, what: Found) => void) => ElementHandler

/** A statement of a bank as a file to import. It is read as a stream; only from its end it is read as a whole. */
export function statementFile(options: {
  readonly format: FileFormat
  readonly source: ImportSource
  readonly encoding: FoundEncoding
  readonly settings: ImportSettings
  /** SGML closes no element that holds text. */
  readonly isStrict: boolean
  /** What stands above the first element and is none of it. */
  readonly withoutPrologue?: (text: string) => string
  readonly reader: StatementReader
}): ImportFile {
  const { format, source, settings, isStrict, reader, withoutPrologue } = options
  const { encoding, markBytes } = options.encoding

  async function* items(): AsyncGenerator<FileItem> {
    let bytes = markBytes
    let ordinal = 0
    let waiting: FileItem[] = []
    const parser = await statementParser(
      isStrict,
      reader((line, what) => waiting.push({ line, ordinal: ++ordinal, bytes, ...what }))
    )
    let prologue: string | undefined = withoutPrologue && ''
    for await (const chunk of decoded(source.read(markBytes), encoding)) {
      bytes = Math.min(source.bytes, bytes + chunk.length)
      if (prologue === undefined) parser.write(chunk)
      else if ((prologue += chunk).includes('<')) {
        parser.write(withoutPrologue!(prologue))
        prologue = undefined
      }
      yield* waiting
      waiting = []
    }
    parser.end()
    yield* waiting
  }

  return {
    format,
    encoding,
    decimal: 'point',
    settings,
    items,
    async *itemsReversed() {
      const all: FileItem[] = []
      for await (const item of items()) all.push(item)
      yield* all.reverse()
    }
  }
}

/** Not every bank has a reference, and some say so with a word. */
export function referenceIn(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.find(text => text !== undefined && text !== '' && !/^(?:NOTPROVIDED|NONREF|NONE|UNKNOWN)$/i.test(text))
}

/** The texts that there are, each as long as metadata may be. */
export function keptTexts(texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text ? [[name, text.slice(0, TEXT_LENGTH_MAX)]] : []))
  )
}

const TEXT_LENGTH_MAX = 500
