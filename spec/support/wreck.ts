import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { acknowledgedIn, type NumberedIds } from './after-a-crash.js'
import { startLedgerProcess } from './ledger-process.js'
import { temporaryDirectory } from './stores.js'

/** What a process left that was killed while thousands of entries were in the journal, and in the tables a part of them. */
export interface Wreck {
  readonly acknowledged: NumberedIds
  copyTo(path: string): void
  dispose(): void
}

/** Enough for several steps of recovery. */
const ENTRIES_BEHIND_MIN = 3_000
/** A pause of the machine lets the tables catch up, so that what is left is too little. */
const ATTEMPTS_MAX = 10

export async function makeWreck(): Promise<Wreck> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const directory = temporaryDirectory()
    const path = join(directory.path, 'payments.db')
    const victim = startLedgerProcess(path, { killAt: { step: 'after COMMIT of tables', nth: 8 } })
    victim.tell('open')
    victim.tell('pay 0')
    const acknowledged = acknowledgedIn(await victim.killed())
    const wreck = { acknowledged, copyTo: (target: string) => copyLedger(path, target), dispose: directory.dispose }
    // Looking at it repairs it: so a copy is looked at.
    const copy = join(directory.path, 'copy.db')
    wreck.copyTo(copy)
    if (entriesBehind(copy) >= ENTRIES_BEHIND_MIN) return wreck
    directory.dispose()
  }
  throw new Error(`Expected a wreck with tables far behind the journal, got none in ${ATTEMPTS_MAX} attempts.`)
}

/** What is on the disk of a dead process, its lock excepted: that died with it. */
function copyLedger(from: string, to: string): void {
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
}

function entriesBehind(path: string): number {
  const database = openDatabase(path)
  const sql = 'SELECT head.sequence - progress.tables_through AS entries FROM head, progress'
  const { entries } = database.prepare(sql).get() as { readonly entries: number }
  database.close()
  return entries
}
