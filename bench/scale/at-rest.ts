import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'

const LOOK_EVERY_MS = 100
/** Between two merges there is a moment without one. */
const LOOKS = 10

/**
 * Resolves when an open ledger, of which nothing is asked meanwhile, has put its indexes together: what an import leaves to do
 * goes on behind it for a while.
 */
export async function atRest(path: string): Promise<void> {
  const database = openDatabase(path, { readOnly: true })
  try {
    const unfinished = database.prepare(`SELECT count(*) AS runs FROM runs WHERE state <> 'live'`)
    for (let looks = 0; looks < LOOKS; looks++) {
      await delay(LOOK_EVERY_MS)
      if ((unfinished.get() as { readonly runs: number }).runs > 0) looks = -1
    }
  } finally {
    database.close()
  }
}
