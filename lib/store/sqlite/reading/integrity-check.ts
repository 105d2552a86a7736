import type { Database } from '../database/driver.js'

const PROBLEMS_MAX = 20

/** What SQLite finds wrong with these tables and their indexes; with the whole file without them. */
export function integrityOf(database: Database, tables: readonly string[] | undefined): readonly string[] {
  const checks = tables === undefined ? [String(PROBLEMS_MAX)] : tables.map(table => `'${table}'`)
  const found = checks.flatMap(check => {
    const rows = database.prepare(`PRAGMA integrity_check(${check})`).all() as { readonly integrity_check: string }[]
    return rows.map(row => row.integrity_check).filter(text => text !== 'ok')
  })
  return found.slice(0, PROBLEMS_MAX)
}
