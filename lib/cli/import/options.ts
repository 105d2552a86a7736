import type { CliOption, CliRequest } from '../command.js'
import { UsageError } from '../exit-code.js'
import { KIND_NAMES, pairsOf, readProfile, SETTINGS, type PartialSettings } from './profile.js'
import { FIELDS, type ImportSettings } from './settings.js'

export const IMPORT_OPTIONS: readonly CliOption[] = [
  { name: 'currency', value: 'CODE', help: 'ISO 4217 code of every amount in the file; required' },
  { name: 'dry-run', help: 'check the whole file, book nothing, create no ledger' },
  { name: 'skip-bad', help: 'book the other rows of a file that has bad ones' },
  { name: 'account', value: 'ID', help: 'the account of every row, where the file has no column for it' },
  { name: 'map', value: 'COLUMN=FIELD', isRepeatable: true, help: 'what a column holds; once for each column' },
  {
    name: 'amounts',
    value: 'FORM',
    help: 'minor: whole minor units (default); decimal: such as 1.234,56 or $1,234.56'
  },
  { name: 'decimal', value: 'MARK', help: 'comma or point (default: what the first clear amount shows)' },
  { name: 'signed', help: 'the sign says which way the money went: below zero is a payment' },
  {
    name: 'kind',
    value: 'WORD=KIND',
    isRepeatable: true,
    help: 'a word of the kind column that means deposit or payment'
  },
  { name: 'dates', value: 'FORM', help: 'dmy, mdy or ymd (default: year first, or day first with dots)' },
  { name: 'order', value: 'ORDER', help: 'oldest-first, newest-first or auto (default): what dates and balances show' },
  { name: 'ids', value: 'SOURCE', help: 'content: a row without a transactionId gets one made from what it says' },
  { name: 'opening', value: 'BALANCE', help: 'balance before the first row: file, none, or whole minor units' },
  { name: 'overdraft', value: 'N', help: 'how far below zero accounts may go, in minor units (default: 0)' },
  {
    name: 'encoding',
    value: 'NAME',
    help: 'utf-8, utf-16le, utf-16be or latin1 (default: the mark in the file, or UTF-8)'
  },
  { name: 'separator', value: 'NAME', help: 'comma, semicolon, tab or pipe (default: the one that makes the header)' },
  { name: 'profile', value: 'FILE', help: 'take options from this file; options given beside it count more' },
  { name: 'save-profile', value: 'FILE', help: 'write the options of this import to a new file' },
  { name: 'force', help: 'import into a ledger that forgets keys, although rows imported long ago are booked again' }
]

/** How the settings are called as options, where that differs. */
const OPTION_NAMES = { overdraftLimit: 'overdraft' } as const

/** What the options ask for, on top of the profile. Throws `UsageError` for text without a meaning. */
export async function importSettings({ text, texts, isSet }: CliRequest): Promise<ImportSettings> {
  const path = text('profile')
  const profile: PartialSettings = path === undefined ? {} : await readProfile(path)
  const given: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(SETTINGS)) {
    const option = name === 'overdraftLimit' ? OPTION_NAMES[name] : name
    const value = text(option)
    if (value !== undefined) given[name] = read(`--${option}`, value)
  }
  const map = { ...profile.map, ...pairsOf('--map', texts('map'), FIELDS) }
  const kinds = { ...profile.kinds, ...pairsOf('--kind', texts('kind'), KIND_NAMES) }
  const settings = {
    ...profile,
    ...(given as PartialSettings),
    ...(isSet('signed') ? { signed: true } : {}),
    ...(Object.keys(map).length > 0 ? { map } : {}),
    ...(Object.keys(kinds).length > 0 ? { kinds } : {})
  }
  const { currency } = settings
  if (currency === undefined) {
    throw new UsageError('Expected --currency with the ISO 4217 code of the amounts, got none.')
  }
  return { ...settings, currency }
}
