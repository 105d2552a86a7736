import type { StoreSnapshot } from '../store.js'
import type { Database } from './driver.js'
import { Queries } from './queries.js'
import { chainedEntries } from './chained-entries.js'

interface HeadRow {
  readonly sequence: number
  readonly hash: Uint8Array
  readonly timestamp: number
  readonly transaction_count: number
}

/** A read transaction that stays open: WAL shows it one moment of the file, whatever is written meanwhile. */
export function openSnapshot(database: Database): StoreSnapshot {
  database.exec('BEGIN')
  const queries = new Queries(database)
  const head = database.prepare('SELECT sequence, hash, timestamp, transaction_count FROM head').get() as HeadRow
  return {
    head: {
      sequence: head.sequence,
      timestamp: head.timestamp,
      transactionCount: head.transaction_count,
      hash: Buffer.from(head.hash).toString('hex')
    },
    tablesThrough: queries.tablesThrough(),
    keysForgottenThrough: queries.keysForgottenThrough(),
    journal: ({ after, limit }) => Promise.resolve(chainedEntries(queries, { after, through: head.sequence, limit })),
    transactions: ({ after, limit }) => Promise.resolve(queries.changedTransactions(after, limit)),
    lastChange(accountId, through) {
      const sequence = queries.lastChange(accountId, through)
      return Promise.resolve(sequence === undefined ? undefined : queries.entries([sequence])[0])
    },
    missingKeys: keys => Promise.resolve(queries.missingKeys(keys)),
    accounts: ({ after, limit }) => Promise.resolve(queries.accountsAfter(after, limit)),
    close() {
      // A closed connection may linger until its statements are collected; its read transaction must not.
      database.exec('ROLLBACK')
      database.close()
      return Promise.resolve()
    }
  }
}
