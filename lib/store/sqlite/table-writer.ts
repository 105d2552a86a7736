import type { AccountState } from '../../domain/account.js'
import { invariant } from '../../domain/errors.js'
import type { Database, Statement } from './driver.js'
import { Queries } from './queries.js'
import { RunWriter } from './run-writer.js'
import { sortedPlaces } from './sorted-rows.js'
import type { TableChanges } from './table-changes.js'

/** How many rows a piece writes: well below a millisecond of work. */
export const PIECE_ROWS = 256

/**
 * Writes what the journal implies into the tables that are read: keys, history, accounts, states.
 *
 * A long stretch writes far fewer pages than many short ones, because rows that lie together go in together; but nobody
 * can commit while it is written. So it comes in pieces, each fit for a transaction of its own, and all but the last can
 * be there twice or too early: numbers for new accounts, runs of index rows that do not count yet, and what is posted,
 * beside what was posted before. Only the last piece makes the runs count, changes what else there is about accounts and
 * holds, and says how far the tables have come.
 */
export class TableWriter {
  readonly #numbersOf: Statement
  readonly #openAccount: Statement
  readonly #moveAccount: Statement
  readonly #restateAccount: Statement
  readonly #history: RunWriter
  readonly #keys: RunWriter
  readonly #upsertTransaction: Statement
  readonly #advance: Statement
  readonly #forget: Statement
  #forgottenThrough: number

  constructor(database: Database) {
    this.#numbersOf = database.prepare(
      `SELECT wanted.key AS place, account_no
       FROM json_each(?) AS wanted CROSS JOIN accounts ON account_id = wanted.value`
    )
    this.#openAccount = database.prepare(
      `INSERT INTO accounts (account_id, currency, posted, held, overdraft_limit, closed, metadata, created_at, created_sequence)
       VALUES (?, ?, 0, 0, 0, 0, ?, ?, ?) ON CONFLICT (account_id) DO NOTHING`
    )
    this.#moveAccount = database.prepare(
      `UPDATE accounts SET posted_before = iif(moved_through > ?1, posted_before, posted), posted = ?2, moved_through = ?3
       WHERE account_no = ?4`
    )
    this.#restateAccount = database.prepare(
      'UPDATE accounts SET held = ?, overdraft_limit = ?, frozen = ?, closed = ?, hold_deadline = ? WHERE account_id = ?'
    )
    this.#history = new RunWriter(database, 'history')
    this.#keys = new RunWriter(database, 'keys')
    this.#upsertTransaction = database.prepare(
      `INSERT INTO transaction_states (sequence, account_id, refunded, hold_status, hold_deadline) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sequence) DO UPDATE SET refunded = excluded.refunded, hold_status = excluded.hold_status`
    )
    this.#advance = database.prepare('UPDATE progress SET tables_through = ?')
    this.#forget = database.prepare('UPDATE progress SET keys_forgotten_through = ?')
    this.#forgottenThrough = new Queries(database).keysForgottenThrough()
  }

  /** Writes one piece at each step, the last one before it returns. To be stepped inside transactions. */
  *apply(changes: TableChanges): Generator<void, void, undefined> {
    const { after, through, posted, restated } = changes
    for (const piece of piecesOf(restated)) {
      for (const account of piece) this.#open(account)
      yield
    }
    const numbers: number[] = []
    for (const piece of piecesOf(changes.accountIds.split(' ').filter(Boolean))) {
      numbers.push(...this.#numbers(piece))
      yield
    }
    const { keyHashes, keySequences, historyAccounts, historySequences } = changes
    const stretch = { after, through }
    const enlivenKeys = yield* this.#keys.add({ numbers: keyHashes, sequences: keySequences, ...stretch })
    const accounts = historyAccounts.map(account => numbers[account]!)
    const enlivenHistory = yield* this.#history.add({ numbers: accounts, sequences: historySequences, ...stretch })
    for (const piece of piecesOf([...sortedPlaces(numbers)])) {
      for (const place of piece) this.#moveAccount.run(after, posted[place]!, through, numbers[place]!)
      yield
    }
    for (const account of restated) this.#restate(account)
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    enlivenKeys()
    enlivenHistory()
    this.#advance.run(through)
  }

  get isTidy(): boolean {
    return this.#history.isTidy && this.#keys.isTidy
  }

  /** A piece of the work that keeps the indexes small; to be called until they are tidy. */
  tidy(): void {
    if (this.#keys.isTidy) this.#history.tidy(0)
    else this.#keys.tidy(this.#forgottenThrough)
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

  #numbers(accountIds: readonly string[]): readonly number[] {
    const rows = this.#numbersOf.all(JSON.stringify(accountIds)) as { readonly place: number; account_no: number }[]
    const numbers = new Array<number>(accountIds.length)
    for (const row of rows) numbers[row.place] = row.account_no
    const missing = numbers.findIndex(number => number === undefined)
    invariant(rows.length === accountIds.length, `account ${accountIds[missing]} is not in the tables`)
    return numbers
  }

  #restate({ accountId, held, overdraftLimit, frozen, closed, holdDeadline }: AccountState): void {
    this.#restateAccount.run(held, overdraftLimit, frozen, closed ? 1 : 0, holdDeadline, accountId)
  }
}

function* piecesOf<T>(items: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let from = 0; from < items.length; from += PIECE_ROWS) yield items.slice(from, from + PIECE_ROWS)
}
