import { quoted } from '../quoted.js'
import { FIELDS, ImportFileError, normalizedName, type Field, type ImportSettings } from './settings.js'

/** Where each known field is; other columns are left alone. */
export interface Columns {
  readonly of: ReadonlyMap<Field, number>
  readonly width: number
}

/** Fields that a column of their name is not taken for, since files have such columns that nobody asked to keep. */
const ONLY_MAPPED: readonly Field[] = ['counterparty', 'reference', 'note', 'ignore']

/** The columns, or what is missing for an import. */
export function columnsIn(
  names: readonly string[],
  settings: ImportSettings
): Columns | { missing: readonly string[] } {
  const fields = fieldsOf(names, settings)
  const of = new Map<Field, number>()
  const missing: string[] = []
  fields.forEach((field, index) => {
    if (field === undefined || field === 'ignore') return
    if (of.has(field)) missing.push(`one column for ${field} instead of two`)
    of.set(field, index)
  })
  if (!of.has('accountId') && settings.account === undefined) missing.push('accountId (or --account ID)')
  if (!of.has('transactionId') && settings.ids !== 'content') missing.push('transactionId (or --ids content)')
  if (!of.has('transactionId') && settings.ids === 'content' && !of.has('date')) missing.push('date (ids need it)')
  const hasSides = of.has('debit') && of.has('credit') && !of.has('amount')
  if (!of.has('amount') && !hasSides) missing.push('amount (or debit and credit)')
  if (!of.has('kind') && !hasSides && settings.signed !== true) missing.push('kind (or --signed)')
  for (const name of Object.keys(settings.map ?? {})) {
    if (!names.some(one => normalizedName(one) === normalizedName(name))) missing.push(`a column ${quoted(name)}`)
  }
  return missing.length > 0 ? { missing } : { of, width: names.length }
}

function fieldsOf(names: readonly string[], { map = {} }: ImportSettings): readonly (Field | undefined)[] {
  const mapped = new Map(Object.entries(map).map(([name, field]) => [normalizedName(name), field]))
  const taken = new Set(mapped.values())
  const byName = new Map(
    FIELDS.filter(field => !taken.has(field) && !ONLY_MAPPED.includes(field)).map(field => [
      normalizedName(field),
      field
    ])
  )
  return names.map(name => mapped.get(normalizedName(name)) ?? byName.get(normalizedName(name)))
}

/** No line near the beginning names the columns that an import needs. Nothing was imported. */
export class CsvHeaderError extends ImportFileError {
  constructor(missing: readonly string[], names: readonly string[]) {
    super(
      `Expected a first line that names the columns: missing ${missing.join(', ')}. ` +
        (names.length === 0
          ? 'The file is empty.'
          : `The columns are ${names.slice(0, NAMES_MAX).map(quoted).join(', ')}. Map them with --map "${names[0]}=transactionId".`)
    )
  }
}

const NAMES_MAX = 30
