import { chainHash, GENESIS_HASH } from '../store/chain.js'
import { encodeEntry } from '../store/codec.js'
import type { ChainedEntry } from '../store/store.js'

/** The end of a stretch of the journal, which the next entry must follow on. */
export interface Link {
  readonly sequence: number
  readonly hash: string
  /** Recorded time, milliseconds. */
  readonly timestamp: number
}

export const BEGINNING: Link = { sequence: 0, hash: GENESIS_HASH, timestamp: 0 }

export function linkOf({ entry, hash }: Pick<ChainedEntry, 'entry' | 'hash'>): Link {
  return { sequence: entry.sequence, hash, timestamp: entry.timestamp }
}

/** Everything that speaks against an entry in this place of the journal; what it does to balances is not looked at. */
export function breaksOf(before: Link, { entry, encoded, previousHash, hash }: ChainedEntry): readonly string[] {
  const breaks: string[] = []
  const expected = before.sequence + 1
  if (entry.sequence !== expected) breaks.push(`entry ${entry.sequence} stands in the place of ${expected}`)
  if (previousHash !== before.hash || hash !== chainHash(before.hash, encoded))
    breaks.push('the hash chain is broken: this entry or one before it was changed')
  if (encodeEntry(entry) !== encoded) breaks.push('the stored text is not in its canonical form')
  if (entry.timestamp < before.timestamp) breaks.push('recorded time runs backwards')
  return breaks
}
