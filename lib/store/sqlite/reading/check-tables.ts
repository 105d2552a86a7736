import { keyOf } from '../../../domain/idempotency.js'
import { accountsChangedBy } from '../../../domain/transaction.js'
import { decodeEntry } from '../../codec.js'
import { StoreCorruptError } from '../../errors.js'
import type { Database } from '../database/driver.js'
import type { RunKind } from '../indexes/run-writer.js'

/** Where entries are under no run, so many of them are looked at. */
const LOOKS = 256
const GAPS_MAX = 16

interface Progress {
  readonly through: number
  readonly forgotten: number
  readonly isTwice: number
  readonly head: number
}

/**
 * Whether the tables can follow the journal as they say. What is trusted without it: which entries the tables show, and
 * which keys are forgotten; one wrong bit there, and known keys pay again. Whatever costs more is left to `verify()`.
 *
 * @throws StoreCorruptError
 */
export function checkTables(database: Database): void {
  const fault = progressFault(database) ?? balancesFault(database) ?? runsFault(database)
  if (fault === undefined) return
  throw new StoreCorruptError(
    `The tables of the ledger contradict its journal: ${fault}. The file was changed or is damaged: restore a backup.`
  )
}

const PROGRESS = `SELECT tables_through AS through, keys_forgotten_through AS forgotten,
  again = printf('%d %d', tables_through, keys_forgotten_through) AS isTwice, sequence AS head FROM progress, head`

function progressOf(database: Database): Progress | undefined {
  return database.prepare(PROGRESS).get() as Progress | undefined
}

function progressFault(database: Database): string | undefined {
  const progress = progressOf(database)
  if (progress === undefined) return 'progress is missing'
  const { through, forgotten, isTwice, head } = progress
  if (isTwice !== 1) return 'progress says two things about how far the tables have come and which keys are forgotten'
  if (through < 0 || through > head) return `progress says that the tables show entry ${through} of ${head}`
  if (forgotten < 0 || forgotten > through) return `progress says that keys are forgotten through entry ${forgotten}`
  return undefined
}

const BALANCES = `SELECT max(moved_balances.through) AS through, total(length(accounts) % 8 + abs(length(accounts) - length(posted))) AS odd,
  tables_through AS tables FROM moved_balances, progress`

function balancesFault(database: Database): string | undefined {
  const { through, odd, tables } = database.prepare(BALANCES).get() as { through: number; odd: number; tables: number }
  return through > tables || odd > 0 ? 'the pending balances are damaged' : undefined
}

interface RunRow {
  readonly kind: string
  readonly after: number
  readonly through: number
}

const STRANGE = `SELECT run FROM runs WHERE kind NOT IN ('keys', 'history') OR state NOT IN ('writing', 'live', 'dead')
  OR after >= through OR (state = 'live' AND through > (SELECT tables_through FROM progress)) LIMIT 1`

function runsFault(database: Database): string | undefined {
  const strange = database.prepare(STRANGE).get() as { run: number } | undefined
  if (strange !== undefined) return `run ${strange.run} is of no known kind or state, or covers what it cannot`
  const live = database
    .prepare("SELECT kind, after, through FROM runs WHERE state = 'live' ORDER BY after")
    .all() as RunRow[]
  const { through, forgotten } = progressOf(database)!
  return (
    uncovered(database, 'keys', { after: forgotten, through, runs: live }) ??
    uncovered(database, 'history', { after: 0, through, runs: live })
  )
}

/** Entries under no run have no rows; the first of them are read to see that they need none. */
function uncovered(
  database: Database,
  kind: RunKind,
  { after, through, runs }: { after: number; through: number; runs: readonly RunRow[] }
): string | undefined {
  const ofKind = runs.filter(run => run.kind === kind)
  let covered = after
  let gaps = 0
  for (const run of [...ofKind, { after: through, through }]) {
    if (run.after > covered && ++gaps <= GAPS_MAX) {
      const entry = firstNeeding(database, kind, { after: covered, through: run.after })
      if (entry !== undefined) return `entry ${entry} is in no run of the index of ${kind}`
    }
    covered = Math.max(covered, run.through)
  }
  return undefined
}

function firstNeeding(
  database: Database,
  kind: RunKind,
  { after, through }: { after: number; through: number }
): number | undefined {
  const sql = 'SELECT sequence, entry FROM journal WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?'
  const rows = database.prepare(sql).all(after, through, LOOKS) as { sequence: number; entry: string }[]
  return rows.find(row => needsRow(row.entry, kind))?.sequence
}

function needsRow(text: string, kind: RunKind): boolean {
  try {
    const entry = decodeEntry(text)
    return kind === 'keys' ? keyOf(entry) !== undefined : accountsChangedBy(entry).length > 0
  } catch {
    // An entry that cannot be read is for whoever reads it.
    return false
  }
}
