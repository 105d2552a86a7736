import type { AccountState } from '../../domain/account.js'
import { invariant } from '../../domain/errors.js'
import { BulkInsert } from './bulk-insert.js'
import type { Database, Statement } from './driver.js'
import type { TableChanges } from './table-changes.js'

/** How many rows a piece writes: well below a millisecond of work. */
export const PIECE_ROWS = 256

/**
 * Writes what the journal implies into the tables that are read: keys, history, accounts, states.
 *
 * A long stretch writes far fewer pages than many short ones, because rows that lie together go in together; but nobody
 * can commit while it is written. So it comes in pieces, each fit for a transaction of its own, and all but the last can
 * be there twice or too early: numbers for new accounts, index rows that point to entries of the journal, and what is
 * posted, beside what was posted before. Only the last piece changes what else there is about accounts and holds, and
 * says how far the tables have come.
 */
export class TableWriter {
  readonly #numbersOf: Statement
  readonly #openAccount: Statement
  readonly #moveAccount: Statement
  readonly #restateAccount: Statement
  readonly #insertHistory: BulkInsert
  readonly #insertKeys: BulkInsert
  readonly #upsertTransaction: Statement
  readonly #advance: Statement

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
    yield* insertInPieces(this.#insertKeys, keyRows(changes))
    yield* insertInPieces(this.#insertHistory, historyRows(changes, numbers))
    for (const piece of piecesOf([...gathered(numbers)])) {
      for (const place of piece) this.#moveAccount.run(after, posted[place]!, through, numbers[place]!)
      yield
    }
    for (const account of restated) this.#restate(account)
    for (const transaction of changes.transactions) this.#upsertTransaction.run(...transaction)
    this.#advance.run(through)
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

function* insertInPieces(insert: BulkInsert, rows: readonly number[]): Generator<void, void, undefined> {
  const step = 2 * PIECE_ROWS
  for (let from = 0; from < rows.length; from += step) {
    insert.run(rows.slice(from, from + step))
    yield
  }
}

function keyRows({ keyHashes, keySequences }: TableChanges): readonly number[] {
  const rows: number[] = []
  for (const place of gathered(keyHashes)) rows.push(keyHashes[place]!, keySequences[place]!)
  return rows
}

function historyRows(
  { historyAccounts, historySequences }: TableChanges,
  numbers: readonly number[]
): readonly number[] {
  const accounts = historyAccounts.map(account => numbers[account]!)
  const rows: number[] = []
  for (const place of gathered(accounts)) rows.push(accounts[place]!, historySequences[place]!)
  return rows
}

/** Into how many equal ranges places are gathered: a range is less than a page of an index of any usual size. */
const RANGES = 4_096

/**
 * The places of numbers, those of near numbers together and otherwise in their order: as good as sorted for writing into
 * an index, where it matters that rows of one page come together, and done in a moment.
 */
function gathered(numbers: ArrayLike<number>): Uint32Array {
  let smallest = Infinity
  let largest = 0
  for (let place = 0; place < numbers.length; place++) {
    smallest = Math.min(smallest, numbers[place]!)
    largest = Math.max(largest, numbers[place]!)
  }
  const width = (largest - smallest + 1) / RANGES
  const rangeOf = (place: number) => Math.floor((numbers[place]! - smallest) / width)
  const ends = new Uint32Array(RANGES + 1)
  for (let place = 0; place < numbers.length; place++) ends[rangeOf(place) + 1]!++
  for (let range = 0; range < RANGES; range++) ends[range + 1]! += ends[range]!
  const places = new Uint32Array(numbers.length)
  for (let place = 0; place < numbers.length; place++) places[ends[rangeOf(place)]!++] = place
  return places
}
