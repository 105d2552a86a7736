import { AmountReader } from './amount.js'
import { columnsIn, CsvHeaderError, type Columns } from './columns.js'
import { CsvRecordReader, type CsvRecord } from './csv-records.js'
import { decoded, type FoundEncoding } from './encoding.js'
import type { FileItem, ImportFile } from './import-file.js'
import { rowOf } from './row.js'
import { SEPARATORS, type Encoding, type ImportSettings, type SeparatorName } from './settings.js'
import type { ImportSource } from './source.js'

/** Where reading can begin. */
interface Start {
  readonly line: number
  readonly bytes: number
  /** Of the first record behind it. */
  readonly ordinal: number
}

interface Header {
  readonly separator: SeparatorName
  readonly record: CsvRecord
  readonly names: readonly string[]
  readonly columns: Columns
}

/** So many records are read at once when a file is read from its end. */
const SEGMENT_RECORDS = 1_000

/** Finds the header and the separator of a CSV file. Rejects with `CsvHeaderError` where there is none. */
export async function openCsvFile(
  source: ImportSource,
  { encoding, markBytes }: FoundEncoding,
  settings: ImportSettings
): Promise<ImportFile> {
  const header = headerIn(await headOf(source, { encoding, markBytes }), { encoding, markBytes, settings })
  const { separator, columns, names, record } = header
  const amounts = new AmountReader({
    currency: settings.currency,
    ...(settings.amounts && { form: settings.amounts }),
    ...(settings.decimal && { decimal: settings.decimal })
  })
  const rules = { columns, amounts, settings }
  const first: Start = { line: record.lastLine + 1, bytes: record.bytes, ordinal: 1 }
  const starts: Start[] = [first]

  async function* read(from: Start, end?: number): AsyncGenerator<FileItem> {
    const reader = new CsvRecordReader(SEPARATORS[separator], encoding, from)
    let ordinal = from.ordinal
    for await (const text of decoded(source.read(from.bytes, end), encoding)) {
      for (const found of reader.push(text)) yield itemOf(found, ordinal++)
    }
    for (const found of reader.end()) yield itemOf(found, ordinal++)
  }

  function itemOf(found: CsvRecord, ordinal: number): FileItem {
    const { line, lastLine, bytes } = found
    if (ordinal % SEGMENT_RECORDS === 0 && ordinal >= starts.at(-1)!.ordinal) {
      starts.push({ line: lastLine + 1, bytes, ordinal: ordinal + 1 })
    }
    if ('reason' in found) return { line, ordinal, bytes, reason: found.reason }
    amounts.beginRecord(ordinal)
    const row = rowOf(rules, line, found.fields)
    return 'reason' in row ? { line, ordinal, bytes, reason: row.reason } : { line, ordinal, bytes, row }
  }

  return {
    format: 'csv',
    encoding,
    separator,
    headerLine: record.line,
    columns: Object.fromEntries([...columns.of].map(([field, index]) => [names[index]!, field])),
    get decimal() {
      return amounts.decimal
    },
    settings,
    items: () => read(first),
    async *itemsReversed() {
      for (let index = starts.length - 1; index >= 0; index -= 1) {
        const segment: FileItem[] = []
        for await (const item of read(starts[index]!, starts[index + 1]?.bytes)) segment.push(item)
        yield* segment.reverse()
      }
    }
  }
}

const HEAD_LENGTH = 65_536
/** Banks write a few lines about the account above the header. */
const HEADER_RECORDS_MAX = 30

async function headOf(source: ImportSource, { encoding, markBytes }: FoundEncoding): Promise<string> {
  let head = ''
  for await (const text of decoded(source.read(markBytes), encoding)) {
    head += text
    if (head.length >= HEAD_LENGTH) break
  }
  return head
}

function headerIn(head: string, options: { encoding: Encoding; markBytes: number; settings: ImportSettings }): Header {
  const { encoding, markBytes, settings } = options
  const candidates = settings.separator ? [settings.separator] : (Object.keys(SEPARATORS) as SeparatorName[])
  let best: { missing: readonly string[]; names: readonly string[] } = { missing: ['everything'], names: [] }
  for (const separator of candidates) {
    const reader = new CsvRecordReader(SEPARATORS[separator], encoding, { line: 1, bytes: markBytes })
    const records = [...reader.push(head), ...(head.length < HEAD_LENGTH ? reader.end() : [])]
    for (const record of records.slice(0, HEADER_RECORDS_MAX)) {
      if ('reason' in record) continue
      const names = record.fields
      const columns = columnsIn(names, settings)
      if (!('missing' in columns)) return { separator, record, names, columns }
      const isBetter = best.names.length === 0 || columns.missing.length < best.missing.length
      const isWider = columns.missing.length === best.missing.length && names.length > best.names.length
      if (isBetter || isWider) best = { missing: columns.missing, names }
    }
  }
  throw new CsvHeaderError(best.missing, best.names)
}
