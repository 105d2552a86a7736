import { hexOf } from '../../chain.js'
import type { StoreSnapshot } from '../../store.js'
import type { Database } from '../database/driver.js'
import { headFromRow, readHead } from './head-row.js'
import { Queries } from './queries.js'
import { chainedEntries, chainedTexts } from './chained-entries.js'
import { openForReading } from './open-for-reading.js'
import { TableAudit } from './table-audit.js'

/** A read transaction that stays open: WAL shows it one moment of the file, whatever is written meanwhile. */
export function openSnapshot(path: string): StoreSnapshot {
  const database = openForReading(path)
  try {
    return snapshotOf(database, path)
  } catch (error) {
    database.close()
    throw error
  }
}

function snapshotOf(database: Database, path: string): StoreSnapshot {
  database.exec('BEGIN')
  const queries = new Queries(database, { isForVerifying: true })
  const head = readHead(database)
  return {
    head: { ...headFromRow(head), hash: hexOf(head.hash) },
    tablesThrough: queries.tablesThrough(),
    settings: queries.settings(),
    keysForgottenThrough: queries.keysForgottenThrough(),
    journal: ({ after, limit }) => Promise.resolve(chainedEntries(queries, { after, through: head.sequence, limit })),
    texts: ({ after, limit }) => Promise.resolve(chainedTexts(queries, { after, through: head.sequence, limit })),
    transactions: ({ after, limit }) => Promise.resolve(queries.changedTransactions(after, limit)),
    lastChange(accountId, through) {
      const sequence = queries.lastChange(accountId, through)
      return Promise.resolve(sequence === undefined ? undefined : queries.entries([sequence])[0])
    },
    keyedBefore: key => Promise.resolve(queries.keyedBefore(key)),
    examine: after => new TableAudit(database, queries, { path, after, head: head.sequence }),
    accounts: ({ after, limit }) => Promise.resolve(queries.accountsAfter(after, limit)),
    close() {
      // A closed connection may linger until its statements are collected; its read transaction must not.
      database.exec('ROLLBACK')
      database.close()
      return Promise.resolve()
    }
  }
}
