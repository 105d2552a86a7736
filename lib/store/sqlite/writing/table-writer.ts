import type { AccountState } from '../../../domain/account.js'
import { invariant } from '../../../domain/errors.js'
import { BalanceWriter } from '../balances/balance-writer.js'
import type { Database, Statement } from '../database/driver.js'
import { RunWriter } from '../indexes/run-writer.js'
import type { TableChanges } from '../tail/table-changes.js'

/** How many rows a piece writes: well below a millisecond of work. */
const PIECE_ROWS = 256

/**
 * Writes what the journal implies into the tables that are read: keys, history, accounts, states.
 *
 * A long stretch writes far fewer pages than many short ones, because rows that lie together go in together; but nobody
 * can commit while it is written. So it comes in pieces, each fit for a transaction of its own, and all but the last can
 * be there twice or too early: empty rows for new accounts, and runs of index rows that do not count yet. Only the last
 * piece makes the runs count, adds what accounts have posted, changes what else there is about accounts and holds, and says
 * how far the tables have come.
 */
export class TableWriter {
  readonly #openAccount: Statement
  readonly #restateAccount: Statement
  readonly #history: RunWriter
  readonly #keys: RunWriter
  readonly #balances: BalanceWriter
  readonly #upsertTransaction: Statement
  readonly #advance: Statement
  readonly #forget: Statement
  #forgottenThrough: number

  constructor(database: Database) {
    this.#openAccount = database.prepare(
      `INSERT INTO accounts (account_id, currency, posted, held, overdraft_limit, closed, metadata, created_at, created_sequence)
       VALUES (?, ?, 0, 0, 0, 0, ?, ?, ?) ON CONFLICT (account_id) DO NOTHING`
    )
    this.#restateAccount = database.prepare(
      `UPDATE accounts SET posted = ?, held = ?, overdraft_limit = ?, frozen = ?, closed = ?, hold_deadline = ?
       WHERE account_id = ?`
    )
    this.#history = new RunWriter(database, 'history')
    this.#keys = new RunWriter(database, 'keys')
    this.#balances = new BalanceWriter(database)
    this.#upsertTransaction = database.prepare(
      `INSERT INTO transaction_states (sequence, account_id, refunded, hold_status, hold_deadline) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sequence) DO UPDATE SET refunded = excluded.refunded, hold_status = excluded.hold_status`
    )
    this.#advance = database.prepare(
      "UPDATE progress SET tables_through = ?1, again = printf('%d %d', ?1, keys_forgotten_through)"
    )
    this.#forget = database.prepare(
      "UPDATE progress SET keys_forgotten_through = ?1, again = printf('%d %d', tables_through, ?1)"
    )
    const progress = database.prepare('SELECT keys_forgotten_through AS forgotten FROM progress')
    this.#forgottenThrough = (progress.get() as { readonly forgotten: number }).forgotten
  }

  /** Writes one piece at each step, the last one before it returns. To be stepped inside transactions. */
  *apply(changes: TableChanges): Generator<void, void, undefined> {
    const { after, through, restated, moved } = changes
    for (const piece of piecesOf(restated)) {
      for (const account of piece) this.#open(account)
      yield
    }
    const keys = { numbers: changes.keyHashes, sequences: changes.keySequences, after, through }
    const enlivenKeys = yield* this.#keys.add(keys)
    const history = { numbers: changes.historyNumbers, sequences: changes.historySequences, after, through }
    const enlivenHistory = yield* this.#history.add(history)
    this.#balances.add(moved, through)
    for (const account of restated) this.#restate(account)
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    enlivenKeys()
    enlivenHistory()
    this.#advance.run(through)
  }

  get isTidy(): boolean {
    return this.#balances.isTidy && this.#history.isTidy && this.#keys.isTidy
  }

  /** A piece of the work that keeps what is waiting small; to be called until all is tidy. */
  tidy(): void {
    if (!this.#keys.isTidy) this.#keys.tidy(this.#forgottenThrough)
    else if (!this.#history.isTidy) this.#history.tidy(0)
    else this.#balances.tidy()
  }

  /** Some pieces of writing the rows of all accounts whose money has moved; returns whether that was all. */
  settleBalances(pieces: number): boolean {
    for (let piece = 0; piece < pieces && !this.#balances.isSettled; piece++) this.#balances.tidy()
    return this.#balances.isSettled
  }

  /** From now on, keys up to this entry are forgotten. */
  forgetKeys(through: number): void {
    this.#forgottenThrough = through
    this.#forget.run(through)
    this.#keys.dropForgotten(through)
  }

  /** Gives a new account a number, together with a row that is still empty. */
  #open({ accountId, currency, metadata, createdAt, createdSequence }: AccountState): void {
    this.#openAccount.run(accountId, currency, JSON.stringify(metadata), createdAt, createdSequence)
  }

  #restate(account: AccountState): void {
    const { accountId, posted, held, overdraftLimit, frozen, closed, holdDeadline } = account
    const { changes } = this.#restateAccount.run(
      posted,
      held,
      overdraftLimit,
      frozen,
      closed ? 1 : 0,
      holdDeadline,
      accountId
    )
    invariant(Number(changes) === 1, `account ${accountId} is not in the tables`)
  }
}

function* piecesOf<T>(items: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let from = 0; from < items.length; from += PIECE_ROWS) yield items.slice(from, from + PIECE_ROWS)
}
