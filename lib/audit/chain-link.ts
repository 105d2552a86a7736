import { chainHash, GENESIS_HASH } from '../store/chain.js'
import { encodeEntry } from '../store/codec.js'
import type { ChainedEntry, StoredEntry } from '../store/store.js'

/** The end of a stretch of the journal, which the next entry must follow on. */
export interface Link {
  readonly sequence: number
  readonly hash: string
  /** Recorded time, milliseconds. */
  readonly timestamp: number
}

const CHAIN_BROKEN = 'the hash chain is broken: this entry or one before it was changed'

/** The one thing that can be said of an entry that nobody can read: whether its text is the one that was hashed. */
export function textBreakOf(before: Link, { encoded, previousHash, hash }: StoredEntry): string | undefined {
  return previousHash === before.hash && hash === chainHash(before.hash, encoded) ? undefined : CHAIN_BROKEN
}

/** Checks that a text is the canonical form of its entry: two texts of one entry would have two hashes. */
export function formBreakOf({ entry, encoded }: Pick<ChainedEntry, 'entry' | 'encoded'>): string | undefined {
  return encodeEntry(entry) === encoded ? undefined : 'the stored text is not in its canonical form'
}

export const BEGINNING: Link = { sequence: 0, hash: GENESIS_HASH, timestamp: 0 }

export function linkOf({ entry, hash }: Pick<ChainedEntry, 'entry' | 'hash'>): Link {
  return { sequence: entry.sequence, hash, timestamp: entry.timestamp }
}

/** Everything that speaks against an entry in this place of the journal; what it says and does is not looked at. */
export function breaksOf(before: Link, { entry, encoded, previousHash, hash }: ChainedEntry): readonly string[] {
  const breaks: string[] = []
  const expected = before.sequence + 1
  if (entry.sequence !== expected) breaks.push(`entry ${entry.sequence} stands in the place of ${expected}`)
  if (previousHash !== before.hash || hash !== chainHash(before.hash, encoded)) breaks.push(CHAIN_BROKEN)
  if (entry.timestamp < before.timestamp) breaks.push('recorded time runs backwards')
  return breaks
}
