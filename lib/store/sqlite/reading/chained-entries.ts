import { GENESIS_HASH, hexOf } from '../../chain.js'
import { decodeEntry } from '../../codec.js'
import type { ChainedEntry, StoredEntry } from '../../store.js'
import type { Queries } from './queries.js'

/** A page of the journal, each entry with its link to the one before. */
export function chainedEntries(queries: Queries, query: PageQuery): readonly ChainedEntry[] {
  return chainedTexts(queries, query).map(text => ({ entry: decodeEntry(text.encoded), ...text }))
}

interface PageQuery {
  readonly after: number
  readonly through: number
  readonly limit: number
}

/** The same page, not read. */
export function chainedTexts(queries: Queries, query: PageQuery): readonly StoredEntry[] {
  const before = queries.hashAt(query.after)
  let previousHash = before === undefined ? GENESIS_HASH : hexOf(before)
  return queries.journal(query).map(row => {
    const text = { encoded: row.entry, previousHash, hash: hexOf(row.hash) }
    previousHash = text.hash
    return text
  })
}
