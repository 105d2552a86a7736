import type { AccountState } from '../../domain/account.js'
import { BulkInsert } from './bulk-insert.js'
import type { Database, Statement } from './driver.js'
import { ACCOUNT_COLUMNS } from './rows.js'
import type { TableChanges } from './table-changes.js'

/** How many rows a piece writes: about a millisecond of work. */
export const PIECE_ROWS = 256

/**
 * Writes what the journal implies into the tables that are read: keys, history, accounts, states.
 *
 * A long stretch writes far fewer pages than many short ones, because rows that lie together go in together; but nobody
 * can commit while it is written. So it comes in pieces, each fit for a transaction of its own, and all but the last can
 * be there twice or too early: numbers for new accounts, index rows that point to entries of the journal. Only the last
 * piece changes what accounts and holds are, and says how far the tables have come.
 */
export class TableWriter {
  readonly #numberOf: Statement
  readonly #openAccount: Statement
  readonly #updateAccount: Statement
  readonly #insertHistory: BulkInsert
  readonly #insertKeys: BulkInsert
  readonly #upsertTransaction: Statement
  readonly #advance: Statement

  constructor(database: Database) {
    this.#numberOf = database.prepare('SELECT account_no FROM accounts WHERE account_id = ?')
    this.#openAccount = database.prepare(
      `INSERT INTO accounts (${ACCOUNT_COLUMNS}) VALUES (?, ?, 0, 0, 0, NULL, 0, ?, ?, ?, NULL) RETURNING account_no`
    )
    this.#updateAccount = database.prepare(
      `UPDATE accounts SET posted = ?, held = ?, overdraft_limit = ?, frozen = ?, closed = ?, hold_deadline = ?
       WHERE account_no = ?`
    )
    this.#insertHistory = new BulkInsert(database, 'OR IGNORE INTO history', ['account_no', 'sequence'])
    this.#insertKeys = new BulkInsert(database, 'OR IGNORE INTO keys', ['key_hash', 'sequence'])
    this.#upsertTransaction = database.prepare(
      `INSERT INTO transaction_states (sequence, account_id, refunded, hold_status, hold_deadline) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sequence) DO UPDATE SET refunded = excluded.refunded, hold_status = excluded.hold_status`
    )
    this.#advance = database.prepare('UPDATE progress SET tables_through = ?')
  }

  /** Writes one piece at each step, the last one before it returns. To be stepped inside transactions. */
  *apply(changes: TableChanges): Generator<void, void, undefined> {
    const numbers: number[] = []
    for (const account of changes.accounts) {
      numbers.push(this.#numberFor(account))
      if (numbers.length % PIECE_ROWS === 0) yield
    }
    yield* insertInPieces(this.#insertKeys, keyRows(changes))
    yield* insertInPieces(this.#insertHistory, historyRows(changes, numbers))
    changes.accounts.forEach((account, index) => this.#update(account, numbers[index]!))
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    this.#advance.run(changes.through)
  }

  /** The account's number in the tables; a new account gets one together with a row that is still empty. */
  #numberFor({ accountId, currency, metadata, createdAt, createdSequence }: AccountState): number {
    const row =
      this.#numberOf.get(accountId) ??
      this.#openAccount.get(accountId, currency, JSON.stringify(metadata), createdAt, createdSequence)
    return (row as { readonly account_no: number }).account_no
  }

  #update(account: AccountState, number: number): void {
    const { posted, held, overdraftLimit, frozen, closed, holdDeadline } = account
    this.#updateAccount.run(posted, held, overdraftLimit, frozen, closed ? 1 : 0, holdDeadline, number)
  }
}

function* insertInPieces(insert: BulkInsert, rows: readonly number[]): Generator<void, void, undefined> {
  const step = 2 * PIECE_ROWS
  for (let from = 0; from < rows.length; from += step) {
    insert.run(rows.slice(from, from + step))
    yield
  }
}

/** In the order of the index, so that rows of one page are written together. */
function keyRows({ keyHashes, keySequences }: TableChanges): readonly number[] {
  const order = Uint32Array.from(keyHashes.keys()).sort((one, other) => keyHashes[one]! - keyHashes[other]!)
  const rows: number[] = []
  for (const place of order) rows.push(keyHashes[place]!, keySequences[place]!)
  return rows
}

function historyRows(
  { historyLengths, historySequences }: TableChanges,
  numbers: readonly number[]
): readonly number[] {
  const rows: number[] = []
  let place = 0
  historyLengths.forEach((length, account) => {
    for (const end = place + length; place < end; place++) rows.push(numbers[account]!, historySequences[place]!)
  })
  return rows
}
