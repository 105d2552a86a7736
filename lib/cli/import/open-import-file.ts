import { openCsvFile } from './csv-file.js'
import { encodingOf } from './encoding.js'
import type { ImportFile } from './import-file.js'
import { ImportFileError, type ImportSettings } from './settings.js'
import type { ImportSource } from './source.js'
import { openCamtFile } from './statements/camt-file.js'
import { openOfxFile } from './statements/ofx-file.js'

/** What is no text that an import reads, by its first characters, and what to do about it. */
const OTHERS: readonly { readonly begins: RegExp; readonly is: string }[] = [
  { begins: /^PK\u0003\u0004/, is: 'a workbook or an archive: save the sheet as CSV, or unpack the file' },
  { begins: /^%PDF-/, is: 'a PDF: ask the bank for CSV, CAMT.053 or OFX' },
  { begins: /^\u001f\u008b/, is: 'compressed: unpack it first' },
  { begins: /^(?:\{1:|:20:)/, is: 'an MT940 statement: ask the bank for CAMT.053, which has replaced it' }
]

/** Opens a file by what it holds, not by its name: CSV, CAMT.053 or OFX. */
export async function openImportFile(source: ImportSource, settings: ImportSettings): Promise<ImportFile> {
  const head = await firstBytes(source)
  const shown = head.toString('latin1')
  const other = OTHERS.find(({ begins }) => begins.test(shown))
  if (other !== undefined) throw new ImportFileError(`The file is ${other.is}.`)
  const found = encodingOf(head, settings.encoding)
  const text = new TextDecoder(found.encoding).decode(head.subarray(found.markBytes)).trimStart()
  if (/^OFXHEADER|^<OFX>|<\?OFX /i.test(text)) return openOfxFile(source, found, settings)
  if (/camt\.053\.\d/.test(text) && /<(?:\w+:)?Document/.test(text)) return openCamtFile(source, found, settings)
  if (/^<\?xml|^<!DOCTYPE|^<html/i.test(text)) {
    throw new ImportFileError('The file is XML or HTML, but neither CAMT.053 nor OFX. Expected CSV, CAMT.053 or OFX.')
  }
  return openCsvFile(source, found, settings)
}

const HEAD_BYTES = 4_096

async function firstBytes(source: ImportSource): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.read(0, Math.min(source.bytes, HEAD_BYTES))) chunks.push(chunk)
  return Buffer.concat(chunks)
}
