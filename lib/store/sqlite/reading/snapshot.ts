import { hexOf } from '../../chain.js'
import type { StoreSnapshot } from '../../store.js'
import type { Database } from '../database/driver.js'
import { headFromRow, readHead } from './head-row.js'
import { Queries } from './queries.js'
import { chainedEntries, chainedTexts } from './chained-entries.js'

/** A read transaction that stays open: WAL shows it one moment of the file, whatever is written meanwhile. */
export function openSnapshot(database: Database): StoreSnapshot {
  database.exec('BEGIN')
  const queries = new Queries(database)
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
    missingKeys: keys => Promise.resolve(queries.missingKeys(keys)),
    keyedBefore: key => Promise.resolve(queries.keyedBefore(key)),
    accounts: ({ after, limit }) => Promise.resolve(queries.accountsAfter(after, limit)),
    close() {
      // A closed connection may linger until its statements are collected; its read transaction must not.
      database.exec('ROLLBACK')
      database.close()
      return Promise.resolve()
    }
  }
}
