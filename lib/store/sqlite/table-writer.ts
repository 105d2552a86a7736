import { invariant } from '../../domain/errors.js'
import type { Database, Statement } from './driver.js'
import { ACCOUNT_COLUMNS } from './rows.js'
import type { TableChanges } from './table-changes.js'

/** Writes what the journal implies into the tables that are read: accounts, history, keys, states. */
export class TableWriter {
  readonly #upsertAccount: Statement
  readonly #insertHistory: Statement
  readonly #insertKey: Statement
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
    this.#insertHistory = database.prepare('INSERT INTO history (account_no, sequence) VALUES (?, ?)')
    this.#insertKey = database.prepare('INSERT INTO keys (key_hash, sequence) VALUES (?, ?)')
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
    for (let index = 0; index < changes.historySequences.length; index++) {
      const number = numbers.get(changes.historyAccounts[index]!)
      invariant(number !== undefined, `account ${changes.historyAccounts[index]} changed without its record`)
      this.#insertHistory.run(number, changes.historySequences[index]!)
    }
    for (let index = 0; index < changes.keySequences.length; index++) {
      this.#insertKey.run(changes.keyHashes[index]!, changes.keySequences[index]!)
    }
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    this.#advance.run(changes.through)
  }
}
