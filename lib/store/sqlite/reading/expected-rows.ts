import { isSystemAccount } from '../../../domain/account.js'
import type { Entry } from '../../../domain/entry.js'
import { keyOf } from '../../../domain/idempotency.js'
import { accountsChangedBy } from '../../../domain/transaction.js'
import type { StoreProblem } from '../../store.js'
import type { Database, Statement } from '../database/driver.js'
import { historyNumber } from '../indexes/history-number.js'
import { keyHash } from '../indexes/key-hash.js'
import type { RunKind } from '../indexes/run-writer.js'

/** A row that an index must have for an entry, and what to say where it does not. */
export interface ExpectedRow {
  readonly kind: RunKind
  readonly number: number
  readonly sequence: number
  readonly missing: StoreProblem
}

/** How many accounts' numbers are remembered, before all are forgotten again. */
const NUMBERS_KEPT = 50_000

/** The rows of the indexes as they follow from entries. Accounts have the numbers that the tables say. */
export class ExpectedRows {
  readonly #created: Statement
  readonly #numbers = new Map<string, number>()

  constructor(database: Database) {
    this.#created = database.prepare(
      `SELECT account_id, created_sequence FROM json_each(?) AS wanted
       CROSS JOIN accounts ON account_id = wanted.value WHERE typeof(created_sequence) = 'integer'`
    )
    this.#created.setReadBigInts(true)
  }

  /** Of an account that the tables do not have, nothing is expected: that it is missing is another problem. */
  of(entries: readonly Entry[]): readonly ExpectedRow[] {
    const changed = entries.map(accountsChangedBy)
    this.#learn(changed.flat())
    return entries.flatMap((entry, place) => [
      ...keyRows(entry),
      ...changed[place]!.flatMap(accountId => this.#historyRows(entry, accountId))
    ])
  }

  #learn(accountIds: readonly string[]): void {
    if (this.#numbers.size > NUMBERS_KEPT) this.#numbers.clear()
    const unknown = new Set(accountIds.filter(id => !isSystemAccount(id) && !this.#numbers.has(id)))
    if (unknown.size === 0) return
    const rows = this.#created.all(JSON.stringify([...unknown])) as { account_id: string; created_sequence: bigint }[]
    for (const { account_id: accountId, created_sequence: created } of rows) {
      this.#numbers.set(accountId, historyNumber(accountId, Number(created)))
    }
  }

  #historyRows({ sequence }: Entry, accountId: string): readonly ExpectedRow[] {
    const number = isSystemAccount(accountId) ? historyNumber(accountId, 0) : this.#numbers.get(accountId)
    if (number === undefined) return []
    const missing = { sequence, accountId, message: `the history of ${accountId} lacks entry ${sequence}` }
    return [{ kind: 'history', number, sequence, missing }]
  }
}

function keyRows(entry: Entry): readonly ExpectedRow[] {
  const { sequence, command } = entry
  const key = keyOf(entry)
  if (key === undefined) return []
  const { accountId } = command
  const message = `idempotency key ${JSON.stringify(key)} of the journal is not found`
  return [{ kind: 'keys', number: keyHash(accountId, key), sequence, missing: { sequence, accountId, message } }]
}
