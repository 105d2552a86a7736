import { readFile, writeFile } from 'node:fs/promises'
import { choice, knownCurrency, wholeNumber } from '../arguments.js'
import { UsageError } from '../exit-code.js'
import { quoted } from '../quoted.js'
import { AMOUNT_MAX } from '../../index.js'
import {
  AMOUNT_FORMS,
  DATE_FORMS,
  DECIMAL_MARKS,
  ENCODINGS,
  FIELDS,
  ID_SOURCES,
  ORDERS,
  SEPARATORS,
  type ImportSettings,
  type Kind
} from './settings.js'

/** Settings as text has them, in options and in profiles. */
export type PartialSettings = { -readonly [Name in keyof ImportSettings]?: ImportSettings[Name] }

export const KIND_NAMES = ['deposit', 'payment'] as const satisfies readonly Kind[]
const DECIMALS = Object.keys(DECIMAL_MARKS) as (keyof typeof DECIMAL_MARKS)[]
const SEPARATOR_NAMES = Object.keys(SEPARATORS) as (keyof typeof SEPARATORS)[]

/** What each setting may be; `where` names the option or the field for the message. */
export const SETTINGS = {
  currency: (_where: string, text: string) => knownCurrency(text),
  account: (_where: string, text: string) => text,
  encoding: (where: string, text: string) => choice(where, text.toLowerCase(), ENCODINGS),
  separator: (where: string, text: string) => separatorOf(where, text),
  amounts: (where: string, text: string) => choice(where, text, AMOUNT_FORMS),
  decimal: (where: string, text: string) => choice(where, text, DECIMALS),
  dates: (where: string, text: string) => choice(where, text, DATE_FORMS),
  order: (where: string, text: string) => choice(where, text, ORDERS),
  ids: (where: string, text: string) => choice(where, text, ID_SOURCES),
  overdraftLimit: (where: string, text: string) => wholeNumber(where, text, { least: 0n, most: AMOUNT_MAX }),
  opening: (where: string, text: string) => openingOf(where, text)
} as const

function separatorOf(where: string, text: string) {
  const name = SEPARATOR_NAMES.find(one => SEPARATORS[one] === text)
  return name ?? choice(where, text, SEPARATOR_NAMES)
}

function openingOf(where: string, text: string): 'file' | 'none' | bigint {
  if (text === 'file' || text === 'none') return text
  if (/^-?\d{1,18}$/.test(text)) return BigInt(text)
  throw new UsageError(`Expected ${where} to be file, none, or a balance in whole minor units, got ${quoted(text)}.`)
}

/** How fields are called in a profile; the rest is called as in the settings. */
const PROFILE_NAMES = { overdraftLimit: 'overdraft' } as const

function profileName(name: keyof typeof SETTINGS): string {
  return name === 'overdraftLimit' ? PROFILE_NAMES[name] : name
}

/** The settings in a profile file. Throws `UsageError` for whatever is no profile. */
export async function readProfile(path: string): Promise<PartialSettings> {
  const text = await readFile(path, 'utf8')
  const value = parsed(path, text)
  const names = [...(Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]).map(profileName), 'signed', 'map', 'kinds']
  const unknown = Object.keys(value).find(name => !names.includes(name))
  if (unknown !== undefined) {
    throw new UsageError(`The profile ${path} has a field ${quoted(unknown)}. Its fields are ${names.join(', ')}.`)
  }
  const settings: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(SETTINGS)) {
    const found = value[profileName(name as keyof typeof SETTINGS)]
    if (found === undefined) continue
    const where = `${profileName(name as keyof typeof SETTINGS)} in ${path}`
    if (typeof found !== 'string') throw new UsageError(`Expected ${where} to be text, got ${JSON.stringify(found)}.`)
    settings[name] = read(where, found)
  }
  if (value['signed'] !== undefined) settings['signed'] = booleanIn(`signed in ${path}`, value['signed'])
  if (value['map'] !== undefined) settings['map'] = pairsIn(`map in ${path}`, value['map'], FIELDS)
  if (value['kinds'] !== undefined) settings['kinds'] = pairsIn(`kinds in ${path}`, value['kinds'], KIND_NAMES)
  return settings as PartialSettings
}

function parsed(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below, like any other text.
  }
  throw new UsageError(`Expected ${path} to hold a JSON object such as --save-profile writes, got something else.`)
}

function booleanIn(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new UsageError(`Expected ${where} to be true or false, got ${JSON.stringify(value)}.`)
}

function pairsIn<T extends string>(where: string, value: unknown, targets: readonly T[]): Record<string, T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`Expected ${where} to be an object of texts, got ${JSON.stringify(value)}.`)
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, target]) => [name, choice(`${where}, ${quoted(name)},`, String(target), targets)])
  )
}

/** `--map "Betrag=amount"`: the last `=` divides, since a column's name may have some. */
export function pairsOf<T extends string>(
  option: string,
  texts: readonly string[],
  targets: readonly T[]
): Record<string, T> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.lastIndexOf('=')
      if (at <= 0) throw new UsageError(`Expected ${option} to be NAME=${targets[0]}, got ${quoted(text)}.`)
      return [text.slice(0, at).trim(), choice(option, text.slice(at + 1).trim(), targets)]
    })
  )
}

/** Writes the settings for the next file of the same bank. Never overwrites a file. */
export async function writeProfile(path: string, settings: ImportSettings): Promise<void> {
  const { overdraftLimit, opening, ...rest } = settings
  const profile = {
    ...rest,
    ...(overdraftLimit === undefined ? {} : { overdraft: String(overdraftLimit) }),
    // A value is the balance of one file only.
    ...(typeof opening === 'string' ? { opening } : {})
  }
  try {
    await writeFile(path, `${JSON.stringify(profile, null, 2)}\n`, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`The profile ${path} exists already. Remove it, or name another file after --save-profile.`)
  }
}
