import { chainHash, GENESIS_HASH, hexOf } from '../../chain.js'
import { StoreCorruptError } from '../../errors.js'
import type { Database } from '../database/driver.js'
import { readHead, type HeadRow } from './head-row.js'

/** The last entry must be the one that the head names, and its hash must follow from the one before. */
export function checkTail(database: Database): HeadRow {
  const head = readHead(database)
  const [last, previous] = database
    .prepare('SELECT sequence, entry, hash FROM journal ORDER BY sequence DESC LIMIT 2')
    .all() as { sequence: number; entry: string; hash: Uint8Array }[]
  const follows =
    last === undefined
      ? GENESIS_HASH
      : chainHash(previous === undefined ? GENESIS_HASH : hexOf(previous.hash), last.entry)
  const isWhole = (last?.sequence ?? 0) === head.sequence && hexOf(last?.hash ?? head.hash) === follows
  if (!isWhole || hexOf(head.hash) !== follows) {
    throw new StoreCorruptError(
      `Expected the journal to end at entry ${head.sequence} with the recorded hash, got entry ${last?.sequence ?? 0} ` +
        'or another hash. The file was changed or is damaged: restore a backup.'
    )
  }
  return head
}
