import type { AccountState } from '../../../domain/account.js'
import type { TransactionState } from '../../../domain/transaction.js'
import { keyOf } from '../../../domain/idempotency.js'
import type { Entry } from '../../../domain/entry.js'
import { chainHash, GENESIS_HASH, hexOf } from '../../chain.js'
import { decodeEntry } from '../../codec.js'
import { StoreCorruptError } from '../../errors.js'
import { sequenceAt } from '../../paging.js'
import type { KeyName, RecordedKey, Settings } from '../../store.js'
import type { Database, Statement, Value } from '../database/driver.js'
import { BalanceStretches } from '../balances/balance-stretches.js'
import { historyNumber } from '../indexes/history-number.js'
import type { KeptFilter } from './key-filter.js'
import { keyHash } from '../indexes/key-hash.js'
import { RunReader } from '../indexes/run-reader.js'
import { ACCOUNT, accountFromRow, transactionFromRow, type AccountRow, type TransactionStateRow } from './rows.js'

export interface JournalRow {
  readonly sequence: bigint
  readonly entry: string
  readonly hash: Uint8Array
}

interface EntryRow {
  readonly sequence: bigint
  readonly entry: string
  readonly hash: Uint8Array
  readonly previous: Uint8Array | null
}

const ENTRIES = `SELECT sequence, entry, hash,
    (SELECT hash FROM journal AS earlier WHERE earlier.sequence = journal.sequence - 1) AS previous
  FROM json_each(?) AS wanted CROSS JOIN journal ON sequence = wanted.value`

/** An entry whose text is the one that was hashed: nobody is answered out of another. @throws StoreCorruptError */
function entryFromRow({ sequence, entry, hash, previous }: EntryRow): Entry {
  if (hexOf(hash) === chainHash(previous === null ? GENESIS_HASH : hexOf(previous), entry)) return decodeEntry(entry)
  throw new StoreCorruptError(
    `Entry ${sequence} of the journal is not as it was written: its hash is another. ` +
      'The file was changed or is damaged: run verify() on it, and restore a backup.'
  )
}

function readable(row: EntryRow): Entry[] {
  try {
    return [decodeEntry(row.entry)]
  } catch {
    return []
  }
}

/** Every question that is asked of the tables. Lists of ids go in as one JSON text: one statement for a whole run. */
export class Queries {
  readonly #database: Database
  readonly #isForVerifying: boolean
  readonly #keys: RunReader
  readonly #history: RunReader
  readonly #balances: BalanceStretches
  readonly #prepared = new Map<string, Statement>()

  /** @param isForVerifying leaves damaged entries out, since a verification says what is wrong with them */
  constructor(database: Database, { isForVerifying = false } = {}) {
    this.#database = database
    this.#isForVerifying = isForVerifying
    this.#keys = new RunReader(database, 'keys')
    this.#history = new RunReader(database, 'history')
    this.#balances = new BalanceStretches(database)
  }

  /** The index of idempotency keys itself. */
  get keys(): RunReader {
    return this.#keys
  }

  tablesThrough(): number {
    const [row] = this.#all<{ tables_through: bigint }>('SELECT tables_through FROM progress')
    return Number(row!.tables_through)
  }

  keysForgottenThrough(): number {
    const [row] = this.#all<{ through: bigint }>('SELECT keys_forgotten_through AS through FROM progress')
    return Number(row!.through)
  }

  settings(): Settings {
    const rows = this.#all<{ name: string; value: string }>('SELECT name, value FROM settings ORDER BY name')
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  }

  /** Refunded payments and holds, as they stand. */
  changedTransactions(after: number, limit: number): readonly TransactionState[] {
    const sql = 'SELECT sequence FROM transaction_states WHERE sequence > ? ORDER BY sequence LIMIT ?'
    return this.transactions(this.#all<{ sequence: bigint }>(sql, after, limit).map(row => Number(row.sequence)))
  }

  accounts(accountIds: readonly string[]): readonly AccountState[] {
    if (accountIds.length === 0) return []
    const sql = `SELECT ${ACCOUNT} FROM json_each(?) AS wanted CROSS JOIN accounts ON account_id = wanted.value`
    const moved = this.#balances.now()
    return this.#all<AccountRow>(sql, JSON.stringify(accountIds)).map(row => accountFromRow(row, moved))
  }

  accountsAfter(accountId: string, limit: number): readonly AccountState[] {
    // Accounts may have a number, and an empty row, before the tables have come to their creation.
    const sql = `SELECT ${ACCOUNT} FROM accounts
      WHERE account_id > ? AND created_sequence <= (SELECT tables_through FROM progress) ORDER BY account_id LIMIT ?`
    const moved = this.#balances.now()
    return this.#all<AccountRow>(sql, accountId, limit).map(row => accountFromRow(row, moved))
  }

  /** The transactions at these places of the journal, where there are any. */
  transactions(sequences: readonly number[]): readonly TransactionState[] {
    return this.entries(sequences)
      .filter(entry => entry.outcome === 'approved' && entry.transactionId !== null)
      .map(entry => transactionFromRow(entry, this.#stateOf(entry.sequence)))
  }

  entries(sequences: readonly number[]): readonly Entry[] {
    if (sequences.length === 0) return []
    const rows = this.#all<EntryRow>(ENTRIES, JSON.stringify(sequences))
    return this.#isForVerifying ? rows.flatMap(readable) : rows.map(entryFromRow)
  }

  /** The filter that the last closing kept, if it did. */
  keptFilter(): KeptFilter | undefined {
    const sql = 'SELECT through, after, words, hash FROM key_filter'
    const [row] = this.#all<{ through: bigint; after: bigint; words: Uint8Array; hash: Uint8Array }>(sql)
    return row && { ...row, through: Number(row.through), after: Number(row.after) }
  }

  /** The latest entry under each key that the index knows. */
  keyed(keys: readonly KeyName[]): readonly Entry[] {
    if (keys.length === 0) return []
    const after = this.keysForgottenThrough()
    return present(keys.map(key => this.#lastUnder(key, { after, through: Number.MAX_SAFE_INTEGER })))
  }

  /** The latest entry under a key before another one. */
  keyedBefore(key: RecordedKey): Entry | undefined {
    return this.#lastUnder(key, { after: this.keysForgottenThrough(), through: key.sequence - 1 })
  }

  /** The first of these entries that is recorded under the very key. */
  keyedAt({ accountId, idempotencyKey }: KeyName, sequences: readonly number[]): Entry | undefined {
    for (const sequence of sequences) {
      const [entry] = this.entries([sequence])
      if (entry?.command.accountId === accountId && keyOf(entry) === idempotencyKey) return entry
    }
    return undefined
  }

  journal(query: { after: number; through: number; limit: number }): readonly JournalRow[] {
    const sql =
      'SELECT sequence, entry, hash FROM journal WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?'
    return this.#all<JournalRow>(sql, query.after, query.through, query.limit)
  }

  hashAt(sequence: number): Uint8Array | undefined {
    return this.#all<{ hash: Uint8Array }>('SELECT hash FROM journal WHERE sequence = ?', sequence)[0]?.hash
  }

  /** The account's places in the journal, as far as the history table follows it. */
  historyOf(accountId: string, query: { after: number; through: number; limit: number }): readonly number[] {
    const number = this.#historyNumber(accountId)
    return number === undefined ? [] : this.#history.page(number, query)
  }

  /** The last place up to a sequence where the account changed. */
  lastChange(accountId: string, through: number): number | undefined {
    const number = this.#historyNumber(accountId)
    return number === undefined ? undefined : this.#history.last(number, { after: 0, through })
  }

  #historyNumber(accountId: string): number | undefined {
    const sql = 'SELECT created_sequence FROM accounts WHERE account_id = ?'
    const [row] = this.#all<{ created_sequence: bigint }>(sql, accountId)
    return row && historyNumber(accountId, Number(row.created_sequence))
  }

  /** Open holds of an account that are due, and some of the next ones after. */
  dueHoldsOf(accountId: string, dueAt: number, nextCount: number): readonly TransactionState[] {
    const where = "WHERE account_id = ?1 AND hold_status = 'open' AND hold_deadline"
    const sql = `SELECT sequence FROM transaction_states ${where} <= ?2
      UNION ALL SELECT sequence FROM
        (SELECT sequence FROM transaction_states ${where} > ?2 ORDER BY hold_deadline LIMIT ?3)`
    return this.transactions(
      this.#all<{ sequence: bigint }>(sql, accountId, dueAt, nextCount).map(row => Number(row.sequence))
    )
  }

  /** Open holds of the whole ledger that are due, the earliest deadline first. */
  dueHolds(dueAt: number, limit: number): readonly TransactionState[] {
    const sql = `SELECT sequence FROM transaction_states
      WHERE hold_status = 'open' AND hold_deadline <= ? ORDER BY hold_deadline LIMIT ?`
    return this.transactions(this.#all<{ sequence: bigint }>(sql, dueAt, limit).map(row => Number(row.sequence)))
  }

  sequenceAt(timestamp: number, last: number): number {
    const sql = "SELECT entry ->> '$.timestamp' AS timestamp FROM journal WHERE sequence = ?"
    return sequenceAt(timestamp, last, sequence =>
      Number(this.#all<{ timestamp: bigint }>(sql, sequence)[0]!.timestamp)
    )
  }

  #stateOf(sequence: number): TransactionStateRow | undefined {
    const sql = 'SELECT sequence, refunded, hold_status, hold_deadline FROM transaction_states WHERE sequence = ?'
    return this.#all<TransactionStateRow>(sql, sequence)[0]
  }

  /** Follows the entries with this key's hash from the latest on, until one has the very key. */
  #lastUnder(key: KeyName, { after, through: last }: { after: number; through: number }): Entry | undefined {
    const hash = keyHash(key.accountId, key.idempotencyKey)
    for (let through = last; ;) {
      const sequence = this.#keys.last(hash, { after, through })
      if (sequence === undefined) return undefined
      const entry = this.keyedAt(key, [sequence])
      if (entry !== undefined) return entry
      through = sequence - 1
    }
  }

  #all<Row>(sql: string, ...values: Value[]): Row[] {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      statement.setReadBigInts(true)
      this.#prepared.set(sql, statement)
    }
    return statement.all(...values) as Row[]
  }
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter(value => value !== undefined)
}
