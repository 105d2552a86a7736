import { invariant } from '../../domain/errors.js'
import { BulkInsert } from './bulk-insert.js'
import type { Database, Statement } from './driver.js'
import { ACCOUNT_COLUMNS } from './rows.js'
import type { TableChanges } from './table-changes.js'

type Pair = [number, number]

/** Writes what the journal implies into the tables that are read: accounts, history, keys, states. */
export class TableWriter {
  readonly #upsertAccount: Statement
  readonly #insertHistory: BulkInsert
  readonly #insertKeys: BulkInsert
  readonly #upsertTransaction: Statement
  readonly #advance: Statement

  constructor(database: Database) {
    this.#upsertAccount = database.prepare(
      `INSERT INTO accounts (${ACCOUNT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (account_id) DO UPDATE SET
         posted = excluded.posted, held = excluded.held, overdraft_limit = excluded.overdraft_limit,
         frozen = excluded.frozen, closed = excluded.closed, hold_deadline = excluded.hold_deadline
       RETURNING account_no`
    )
    this.#insertHistory = new BulkInsert(database, 'history', ['account_no', 'sequence'])
    this.#insertKeys = new BulkInsert(database, 'keys', ['key_hash', 'sequence'])
    this.#upsertTransaction = database.prepare(
      `INSERT INTO transaction_states (sequence, account_id, refunded, hold_status, hold_deadline) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sequence) DO UPDATE SET refunded = excluded.refunded, hold_status = excluded.hold_status`
    )
    this.#advance = database.prepare('UPDATE progress SET tables_through = ?')
  }

  /** To be called inside a transaction. */
  apply(changes: TableChanges): void {
    const numbers = new Map<string, number>()
    for (const account of changes.accounts) {
      const { account_no: number } = this.#upsertAccount.get(...account) as { account_no: number }
      numbers.set(account[0] as string, number)
    }
    const history = changes.historySequences.map((sequence, index): Pair => {
      const number = numbers.get(changes.historyAccounts[index]!)
      invariant(number !== undefined, `account ${changes.historyAccounts[index]} changed without its record`)
      return [number, sequence]
    })
    this.#insertHistory.run(history.sort(byFirst).flat())
    const keys = changes.keyHashes.map((hash, index): Pair => [hash, changes.keySequences[index]!])
    this.#insertKeys.run(keys.sort(byFirst).flat())
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    this.#advance.run(changes.through)
  }
}

/** In the order of the index, so that rows of one page are written together; sorting keeps the sequences in order. */
function byFirst([one]: Pair, [other]: Pair): number {
  return one - other
}
