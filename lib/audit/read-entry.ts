import type { Entry } from '../domain/entry.js'
import { decodeEntry } from '../store/codec.js'
import type { ChainedEntry, StoredEntry, StoreSnapshot } from '../store/store.js'
import { misshapenField } from './entry-shape.js'
import type { ProblemList } from './problem-list.js'

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

const PAGE_LENGTH = 1_000

/** The next entries; none where the journal cannot be read any further, which is a problem like any other. */
export async function readPage(
  snapshot: Pick<StoreSnapshot, 'texts'>,
  after: number,
  problems: ProblemList
): Promise<readonly FoundEntry[]> {
  try {
    return (await snapshot.texts({ after, limit: PAGE_LENGTH })).map(readEntry)
  } catch (error) {
    problems.add(after + 1, null, `the journal cannot be read from entry ${after + 1} on: ${messageOf(error)}`)
    return []
  }
}

/** Those of them that can be looked at as entries. */
export function readable(page: readonly FoundEntry[]): readonly ChainedEntry[] {
  return page.flatMap(({ stored, damage }) => ('entry' in stored && damage === undefined ? [stored] : []))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
