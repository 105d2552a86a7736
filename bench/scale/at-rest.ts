import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'

const LOOK_EVERY_MS = 100
/** Between two merges there is a moment without one. */
const QUIET_LOOKS = 10

/**
 * Resolves when an open ledger, of which nothing is asked meanwhile, has put its indexes together: what an import leaves
 * to do goes on behind it for a while.
 */
export async function atRest(path: string): Promise<void> {
  const database = openDatabase(path, { readOnly: true })
  try {
    const unfinished = database.prepare(`SELECT count(*) AS runs FROM runs WHERE state <> 'live'`)
    let quietLooks = 0
    while (quietLooks < QUIET_LOOKS) {
      await delay(LOOK_EVERY_MS)
      const { runs } = unfinished.get() as { readonly runs: number }
      quietLooks = runs === 0 ? quietLooks + 1 : 0
    }
  } finally {
    database.close()
  }
}
