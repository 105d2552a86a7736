import { decodeEntry } from '../../codec.js'
import type { Database } from '../database/driver.js'
import { Queries } from '../reading/queries.js'
import { TablesView } from '../tail/tables-view.js'
import { TableWriter } from './table-writer.js'

/** How many entries are brought into the tables in one transaction. */
const STEP = 1_000

/** Brings the tables up to the head of the journal after a crash: what the last process had not come to. */
export function recoverTables(database: Database): void {
  const queries = new Queries(database)
  const tables = new TableWriter(database)
  for (let after = queries.tablesThrough(); ; after += STEP) {
    const rows = queries.journal({ after, through: Number.MAX_SAFE_INTEGER, limit: STEP })
    if (rows.length === 0) return
    const view = new TablesView(queries, after)
    view.apply(rows.map(row => decodeEntry(row.entry)))
    database.exec('BEGIN IMMEDIATE')
    for (const _ of tables.apply(view.tail.toChanges()));
    database.exec('COMMIT')
  }
}
