import { GENESIS_HASH, hexOf } from '../../chain.js'
import { decodeEntry } from '../../codec.js'
import type { ChainedEntry } from '../../store.js'
import type { Queries } from './queries.js'

/** A page of the journal, each entry with its link to the one before. */
export function chainedEntries(
  queries: Queries,
  query: { after: number; through: number; limit: number }
): readonly ChainedEntry[] {
  const before = queries.hashAt(query.after)
  let previousHash = before === undefined ? GENESIS_HASH : hexOf(before)
  return queries.journal(query).map(row => {
    const chained = {
      entry: decodeEntry(row.entry),
      encoded: row.entry,
      previousHash,
      hash: hexOf(row.hash)
    }
    previousHash = chained.hash
    return chained
  })
}
