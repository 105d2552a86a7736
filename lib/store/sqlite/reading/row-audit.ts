import type { StoreProblem } from '../../store.js'
import type { Database, Value } from '../database/driver.js'

interface AuditedSpan {
  /** How far the tables follow the journal. */
  readonly through: number
  readonly head: number
}

/** Rows that are looked at before a pause. */
const PAGE_LENGTH = 500

/** Rows that lead astray although accounts and transactions are as the journal says. Now and then nothing, for a pause. */
export function* rowProblems(
  database: Database,
  { through, head }: AuditedSpan
): Generator<StoreProblem | undefined, void, undefined> {
  for (const { message } of rowsOf<{ message: string }>(database, RUNS, through)) yield problem(message)
  yield undefined
  yield* stateProblems(database, through)
  for (const { account_id: accountId } of rowsOf<{ account_id: string }>(database, AHEAD, through, head)) {
    yield problem('the store keeps an account that the journal does not know', { accountId })
  }
  yield undefined
  yield* pendingProblems(database, through)
}

const RUNS = `SELECT 'run ' || run || ' of the index of ' || kind || ' is of no known kind or state, or covers what it cannot'
    AS message FROM runs WHERE kind NOT IN ('keys', 'history') OR state NOT IN ('writing', 'live', 'dead')
  OR after < 0 OR after >= through OR tier < 0 OR (state = 'live' AND through > ?)`

/** Accounts that come before the tables have come to their creation: empty rows, each for an entry that changed it. */
const AHEAD = `SELECT account_id FROM accounts LEFT JOIN journal ON sequence = created_sequence
  WHERE created_sequence > ?1 AND NOT (
    coalesce(created_sequence <= ?2 AND json_valid(entry) AND instr(entry, json_quote(account_id)) > 0, 0)
    AND posted = 0 AND held = 0 AND overdraft_limit = 0 AND closed = 0 AND frozen IS NULL AND hold_deadline IS NULL
    AND created_at = entry ->> '$.timestamp'
    AND (account_id GLOB '@*' OR (account_id = entry ->> '$.account.accountId' AND currency = entry ->> '$.account.currency'
      AND json(metadata) = json(entry -> '$.account.metadata')))
  ) LIMIT 20`

const STATES = `SELECT transaction_states.sequence,
    coalesce(transaction_states.sequence <= ?2 AND json_valid(entry)
      AND account_id = entry ->> '$.command.accountId' AND entry ->> '$.transactionId' IS NOT NULL, 0) AS isSound
  FROM transaction_states LEFT JOIN journal USING (sequence)
  WHERE transaction_states.sequence > ?1 ORDER BY transaction_states.sequence LIMIT ${PAGE_LENGTH}`

/** How refunds and holds stand is compared elsewhere; here, that each row is of its transaction and of its account. */
function* stateProblems(database: Database, through: number): Generator<StoreProblem | undefined, void, undefined> {
  for (let after: bigint | undefined = -(2n ** 63n); after !== undefined;) {
    const page: { sequence: bigint; isSound: bigint }[] = rowsOf(database, STATES, after, through)
    for (const { sequence, isSound } of page) {
      if (isSound === 1n) continue
      const message = 'refunds or a hold are kept for this entry under another account, or for no transaction'
      yield problem(message, { sequence: Number(sequence) })
    }
    after = page.length === PAGE_LENGTH ? page.at(-1)!.sequence : undefined
    yield undefined
  }
}

const PENDING = 'SELECT through, accounts, posted FROM moved_balances WHERE through > ? ORDER BY through LIMIT 1'
const OPENED = "SELECT 1 AS found FROM accounts WHERE created_sequence = ? AND account_id NOT GLOB '@*'"

/** What they say of accounts is compared with the accounts; here, that each row can be taken over into them. */
function* pendingProblems(database: Database, tablesThrough: number): Generator<StoreProblem | undefined> {
  const opened = database.prepare(OPENED)
  for (let after: bigint | undefined = -(2n ** 63n); after !== undefined;) {
    const [row]: { through: bigint; accounts: Uint8Array; posted: Uint8Array }[] = rowsOf(database, PENDING, after)
    after = row?.through
    if (row === undefined) return
    const { through, accounts, posted } = row
    const isWhole = accounts.length === posted.length && accounts.length % Float64Array.BYTES_PER_ELEMENT === 0
    const view = new DataView(accounts.buffer, accounts.byteOffset, accounts.length)
    const numbers = isWhole
      ? Array.from({ length: accounts.length / 8 }, (_, place) => view.getFloat64(8 * place, true))
      : []
    const isKnown = numbers.every(number => Number.isSafeInteger(number) && opened.get(number) !== undefined)
    if (!isWhole || !isKnown || through > BigInt(tablesThrough) || through < 1n) {
      yield problem(`the pending balances through entry ${through} are damaged, or are of accounts that do not exist`)
    }
    yield undefined
  }
}

function rowsOf<Row>(database: Database, sql: string, ...values: Value[]): Row[] {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement.all(...values) as Row[]
}

function problem(message: string, place: Partial<Omit<StoreProblem, 'message'>> = {}): StoreProblem {
  return { sequence: null, accountId: null, ...place, message }
}
