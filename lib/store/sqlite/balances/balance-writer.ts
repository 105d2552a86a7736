import { invariant } from '../../../domain/errors.js'
import { bytesOf, stretchFromRow, type Stretch } from './balance-stretches.js'
import type { Database, Statement } from '../database/driver.js'
import { MovedBalances } from './moved-balances.js'

/** How many changed balances wait at most until the rows of their accounts are written, and in how many stretches. */
const WAITING_MAX = 2 ** 18
const STRETCHES_MAX = 256
/** Rows of accounts that are written at once. */
const PIECE_ROWS = 256

/**
 * Writes what accounts have posted. Their rows lie all over a large table, and a page that is written alone costs as much as
 * nine that lie together. So each stretch of the journal leaves the balances that it changed in one row, and after many of
 * them the accounts' own rows are written, each once, in the order in which they lie.
 *
 * waiting → settling → waiting. Until the last row of an account is written, the stretches say what it has.
 */
export class BalanceWriter {
  readonly #insert: Statement
  readonly #waitingRows: Statement
  readonly #next: Statement
  readonly #update: Statement
  readonly #delete: Statement
  #waiting: { rows: number; stretches: number }
  #settling: Generator<void, void, undefined> | undefined
  readonly #waitingMax: number

  /** @param waitingMax a smaller one for specs */
  constructor(database: Database, { waitingMax = WAITING_MAX } = {}) {
    this.#waitingMax = waitingMax
    this.#insert = database.prepare('REPLACE INTO moved_balances (through, accounts, posted) VALUES (?, ?, ?)')
    this.#waitingRows = database.prepare(
      'SELECT total(length(posted)) / 8 AS rows, count(*) AS stretches FROM moved_balances'
    )
    this.#next = database.prepare(
      'SELECT through, accounts, posted FROM moved_balances WHERE through > ? ORDER BY through LIMIT 1'
    )
    // System accounts have no entry of their own that opened them; theirs are written with every stretch.
    this.#update = database.prepare(
      "UPDATE accounts SET posted = ? WHERE created_sequence = ? AND account_id NOT GLOB '@*'"
    )
    this.#delete = database.prepare('DELETE FROM moved_balances WHERE through <= ?')
    this.#waiting = this.#waitingRows.get() as { rows: number; stretches: number }
  }

  add({ accounts, posted }: Stretch, through: number): void {
    if (accounts.length === 0) return
    this.#insert.run(through, bytesOf(accounts), bytesOf(posted))
    this.#waiting.rows += accounts.length
    this.#waiting.stretches++
  }

  /** Whether few enough balances wait. */
  get isTidy(): boolean {
    const { rows, stretches } = this.#waiting
    return this.#settling === undefined && rows < this.#waitingMax && stretches < STRETCHES_MAX
  }

  /** A piece of writing the rows of accounts. To be called inside transactions. */
  tidy(): void {
    this.#settling ??= this.#settle()
    if (this.#settling.next().done !== true) return
    this.#settling = undefined
    this.#waiting = this.#waitingRows.get() as { rows: number; stretches: number }
  }

  /** Whether the row of every account says what it has. */
  get isSettled(): boolean {
    return this.#settling === undefined && this.#waiting.stretches === 0
  }

  *#settle(): Generator<void, void, undefined> {
    const balances = new MovedBalances()
    let through = 0
    const next = () => this.#next.get(through) as Parameters<typeof stretchFromRow>[0] & { through: number }
    const { stretches } = this.#waiting
    for (let stretch = 0; stretch < stretches; stretch++) {
      const row = next()
      balances.add(stretchFromRow(row))
      through = row.through
      yield
    }
    const accounts = balances.accounts()
    yield
    for (let from = 0; from < accounts.length; from += PIECE_ROWS) {
      for (const account of accounts.subarray(from, from + PIECE_ROWS)) this.#move(account, balances.get(account)!)
      yield
    }
    this.#delete.run(through)
  }

  #move(createdSequence: number, posted: bigint): void {
    const { changes } = this.#update.run(posted, createdSequence)
    invariant(Number(changes) === 1, `the account opened by entry ${createdSequence} is not in the tables`)
  }
}
