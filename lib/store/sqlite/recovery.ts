import type { AccountState } from '../../domain/account.js'
import type { Entry } from '../../domain/entry.js'
import { evolve } from '../../domain/evolve.js'
import { accountsChangedBy, sequenceOfTransactionId, type TransactionState } from '../../domain/transaction.js'
import type { View } from '../../domain/view.js'
import { decodeEntry } from '../codec.js'
import type { Database } from './driver.js'
import { Queries } from './queries.js'
import { Tail } from './tail.js'
import { TableWriter } from './table-writer.js'

/** How many entries are brought into the tables in one transaction. */
const STEP = 1_000

/** Brings the tables up to the head of the journal after a crash: what the last process had not come to. */
export function recoverTables(database: Database): void {
  const queries = new Queries(database)
  const tables = new TableWriter(database)
  for (let after = queries.tablesThrough(); ; after += STEP) {
    const rows = queries.journal({ after, through: Number.MAX_SAFE_INTEGER, limit: STEP })
    if (rows.length === 0) return
    const view = new TablesView(queries, after)
    view.apply(rows.map(row => decodeEntry(row.entry)))
    database.exec('BEGIN IMMEDIATE')
    for (const _ of tables.apply(view.tail.toChanges()));
    database.exec('COMMIT')
  }
}

/** The tables, with the changes of the entries on top. */
export class TablesView implements View {
  readonly tail: Tail
  readonly #queries: Queries
  /** Accounts as the tables have them that the entries being applied change. */
  #read = new Map<string, AccountState>()

  constructor(queries: Queries, after: number) {
    this.#queries = queries
    this.tail = new Tail(after)
  }

  account(accountId: string): AccountState | undefined {
    return this.tail.accounts.get(accountId) ?? this.#read.get(accountId)
  }

  keyed(): undefined {
    return undefined
  }

  transaction(transactionId: string): TransactionState | undefined {
    const sequence = sequenceOfTransactionId(transactionId)
    if (sequence === undefined) return undefined
    const found = this.tail.transactions.get(sequence) ?? this.#queries.transactions([sequence])[0]
    return found?.entry.transactionId === transactionId ? found : undefined
  }

  /** Follows entries in their order. What the tables know of their accounts is read at once. */
  apply(entries: readonly Entry[]): void {
    const changed = new Set(entries.flatMap(accountsChangedBy))
    const accounts = this.#queries.accounts([...changed].filter(accountId => !this.tail.accounts.has(accountId)))
    this.#read = new Map(accounts.map(account => [account.accountId, account]))
    for (const entry of entries) this.tail.add({ entries: [entry], ...evolve(this, entry) })
  }
}
