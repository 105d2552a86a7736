import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { PROJECT_ROOT } from '../bench-root.js'
import { hasBinaries, postgresVersion } from '../postgres/binaries.js'

/** Of everything whose speed is measured. */
export function describeVersions(): string {
  return [
    `Node.js ${process.version}`,
    `p-queue ${packageVersion('p-queue')}`,
    `SQLite ${sqliteVersion()}`,
    ...(hasBinaries() ? [`PostgreSQL ${postgresVersion()}`, `pg ${packageVersion('pg')}`] : [])
  ].join(', ')
}

function sqliteVersion(): string {
  const database = openDatabase(':memory:')
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  database.close()
  return version
}

function packageVersion(name: string): string {
  const manifest = readFileSync(join(PROJECT_ROOT, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
