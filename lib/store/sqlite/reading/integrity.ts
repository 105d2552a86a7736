import type { Database } from '../database/driver.js'
import { ThreadModule } from '../database/thread.js'
import type { StoreProblem } from '../../store.js'
import { integrityOf } from './integrity-check.js'
import type { IntegrityJob } from './integrity-thread.js'

const MODULE = new ThreadModule('integrity-thread', import.meta.url)
/** All but the journal, which a verification since a checkpoint does not read as a whole. */
const TABLES = [
  ...['head', 'progress', 'accounts', 'transaction_states', 'runs', 'chunks', 'moved_balances', 'key_filter'],
  ...['settings', 'dead_letters']
]

/** A file of so many pages is checked in a few milliseconds, less than a thread takes to start. */
const SMALL_PAGES = 1_024

/** What SQLite finds wrong with the pages of a file; beside a checkpoint, without the journal. */
export async function integrityProblems(
  database: Database,
  { path, after }: { readonly path: string; readonly after: number }
): Promise<readonly StoreProblem[]> {
  const found = await check(database, { path, tables: after === 0 ? undefined : TABLES }).catch((error: unknown) => [
    `the pages of the file cannot be checked: ${error instanceof Error ? error.message : String(error)}`
  ])
  return found.map(message => ({ sequence: null, accountId: null, message }))
}

async function check(database: Database, job: IntegrityJob): Promise<readonly string[]> {
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { readonly page_count: number }
  const found = pages <= SMALL_PAGES ? integrityOf(database, job.tables) : await checkApart(job)
  return found.map(text => `SQLite's check says: ${text}`)
}

/** In a thread of its own, so that nobody waits for the disk. */
function checkApart(job: IntegrityJob): Promise<readonly string[]> {
  const thread = MODULE.start({ workerData: job })
  return new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
    // Comes last: whatever was said before has settled the promise already.
    thread.once('exit', code => reject(new Error(`the thread ended with code ${code}`)))
  })
}
