import { StoreCorruptError } from '../../errors.js'
import type { Head } from '../../store.js'
import type { Database } from '../database/driver.js'

/** The one row that says where the journal ends. */
export interface HeadRow {
  readonly sequence: number
  readonly hash: Uint8Array
  readonly timestamp: number
  readonly transaction_count: number
}

export function readHead(database: Database): HeadRow {
  const row = database.prepare('SELECT sequence, hash, timestamp, transaction_count FROM head').get()
  if (row !== undefined) return row as HeadRow
  throw new StoreCorruptError(
    'The head of the journal is missing. The file was changed or is damaged: restore a backup.'
  )
}

export function headFromRow({ sequence, timestamp, transaction_count: transactionCount }: HeadRow): Head {
  return { sequence, timestamp, transactionCount }
}
