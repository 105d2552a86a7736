import { createHash } from 'node:crypto'
import type { ImportRow } from './row.js'

/** The idempotency keys of a row. */
export interface RowKeys {
  readonly key: string
  /** For a row whose decline an earlier version of the import has pinned under `key`. */
  readonly again: string
}

/**
 * A bank's id is the key, within its account. A row without one has a key made of what it says; rows that say the same
 * are numbered. The prefixes differ, so that no id of a bank is ever the key of anything else.
 */
export function keysOf({ transactionId }: ImportRow, content: string, occurrence: number): RowKeys {
  if (transactionId !== undefined) return { key: `csv:${transactionId}`, again: `csv!${transactionId}` }
  const name = occurrence === 1 ? content : `${content}.${occurrence}`
  return { key: `csv#${name}`, again: `csv##${name}` }
}

/** Says the same for rows of the same day, account, direction, amount and text, however a file writes them. */
export function contentOf({ accountId, kind, amount, day, metadata }: ImportRow): string {
  const { date: _date, ...text } = metadata
  const says = [accountId, day ?? '', kind, String(amount), ...Object.entries(text).sort().flat()]
  return createHash('sha256').update(JSON.stringify(says)).digest('hex').slice(0, 32)
}
