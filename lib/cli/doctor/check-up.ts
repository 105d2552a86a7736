import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { inspectLedger, type LedgerFile } from '../../store/sqlite/reading/inspect.js'
import { counted, sizeText } from '../layout.js'
import { checkFilesystem, checkSpace } from './filesystem.js'
import { checkHolder, writerOf } from './lock-holder.js'
import { checkPreload } from './preload.js'
import { checkSettings } from './settings.js'
import { checkSync } from './sync-latency.js'

/** What one check came to. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What to do about it; only where something is to be done. */
  readonly next?: string
}

/** Looks at a ledger and at what lies below it, check by check. A check that cannot be made is a finding too. */
export async function* checkUp(path: string): AsyncGenerator<Finding> {
  const file = realpath(path)
  const directory = dirname(file)
  let ledger: LedgerFile | undefined
  yield attempt('ledger', () => {
    ledger = inspectLedger(file)
    const { entries, schemaVersion, sqliteVersion } = ledger
    return {
      check: 'ledger',
      status: 'ok',
      found: `${counted(entries, 'entry', 'entries')}, schema version ${schemaVersion}, SQLite ${sqliteVersion}, Node.js ${process.version}`
    }
  })
  const writer = writerOf(`${file}-lock`)
  yield checkHolder(writer)
  yield attempt('preload', () => checkPreload(writer?.pid))
  yield attempt('filesystem', () => checkFilesystem(directory))
  yield attempt('sync', () => checkSync(directory))
  yield attempt('settings', () => checkSettings(directory))
  yield attempt('space', () => checkSpace(directory, ledger?.fileBytes ?? 0))
  if (ledger === undefined) return
  yield checkLog(ledger.logBytes)
  yield checkTables(ledger.tablesBehind)
  yield checkLetters(ledger)
}

function realpath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // The first finding will say what is wrong with it.
    return resolve(path)
  }
}

function attempt(check: string, look: () => Finding): Finding {
  try {
    return look()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { check, status: 'fail', found: message, next: 'Put that right, and run this again.' }
  }
}

const LOG_BYTES_MAX = 256 * 1024 ** 2

/** The log is emptied by checkpoints, which a reader that stays open holds up. */
function checkLog(bytes: number): Finding {
  const found = `${sizeText(bytes)} of write-ahead log`
  if (bytes <= LOG_BYTES_MAX) return { check: 'log', status: 'ok', found }
  const next = 'A reader may be open for very long: look for a verification, a backup or a database tool, and end it.'
  return { check: 'log', status: 'warn', found, next }
}

const BEHIND_MAX = 50_000

function checkTables(behind: number): Finding {
  const found = `${counted(behind, 'entry', 'entries')} behind the journal`
  if (behind <= BEHIND_MAX) return { check: 'tables', status: 'ok', found }
  const next = 'Close the processor and open the ledger again: opening brings the tables up to the journal.'
  return { check: 'tables', status: 'warn', found, next }
}

function checkLetters({ deadLetters, unreadableLetters }: LedgerFile): Finding {
  const found = `${deadLetters} dead letters, ${unreadableLetters} of them unreadable`
  if (unreadableLetters === 0) return { check: 'letters', status: 'ok', found }
  const next = 'See bursar dead-letters list; bursar dead-letters discard takes one away and records its text.'
  return { check: 'letters', status: 'warn', found, next }
}
