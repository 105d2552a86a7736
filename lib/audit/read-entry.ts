import type { Entry } from '../domain/entry.js'
import { decodeEntry } from '../store/codec.js'
import type { ChainedEntry, StoredEntry } from '../store/store.js'
import { misshapenField } from './entry-shape.js'

/** An entry of a store that may be damaged. */
export type FoundEntry =
  | { readonly stored: ChainedEntry; readonly damage: string | undefined }
  | { readonly stored: StoredEntry; readonly damage: string }

/** Reads an entry, and says what is wrong where it cannot be one; never throws. */
export function readEntry(stored: StoredEntry): FoundEntry {
  let entry: Entry
  try {
    entry = decodeEntry(stored.encoded)
  } catch (error) {
    return { stored, damage: `the entry cannot be read: ${messageOf(error)}` }
  }
  return { stored: { entry, ...stored }, damage: damageOf(entry) }
}

function damageOf(entry: Entry): string | undefined {
  try {
    const field = misshapenField(entry)
    return field && `${field} is not what an entry can have`
  } catch (error) {
    return `the entry cannot be read: ${messageOf(error)}`
  }
}

/** Those of them that can be looked at as entries. */
export function readable(page: readonly FoundEntry[]): readonly ChainedEntry[] {
  return page.flatMap(({ stored, damage }) => ('entry' in stored && damage === undefined ? [stored] : []))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
