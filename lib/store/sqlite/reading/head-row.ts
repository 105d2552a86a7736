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
  return database.prepare('SELECT sequence, hash, timestamp, transaction_count FROM head').get() as HeadRow
}

export function headFromRow({ sequence, timestamp, transaction_count: transactionCount }: HeadRow): Head {
  return { sequence, timestamp, transactionCount }
}
