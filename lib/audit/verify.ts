import type { AccountState } from '../domain/account.js'
import { keyOf } from '../domain/idempotency.js'
import { chainHash, GENESIS_HASH } from '../store/chain.js'
import { encodeEntry } from '../store/codec.js'
import type { ChainedEntry, StoreSession, StoreSnapshot } from '../store/store.js'
import { RebuiltBooks } from './rebuilt-books.js'

export interface VerificationProblem {
  /** The entry where it shows; `null` where it concerns an account as a whole. */
  readonly sequence: number | null
  readonly accountId: string | null
  readonly message: string
}

export interface VerificationReport {
  readonly ok: boolean
  /** Journal entries checked. */
  readonly entries: number
  /** Accounts whose balances were rebuilt and compared. */
  readonly accounts: number
  /** Hex hash of the last entry. */
  readonly headHash: string
  /** The first problems found, at most 100. */
  readonly problems: readonly VerificationProblem[]
}

const PAGE_LENGTH = 1_000
const PROBLEMS_MAX = 100

/**
 * Re-checks a ledger from its journal alone: the numbering, the hash chain, the double entry, and every balance rebuilt
 * and compared with what the store keeps. Runs on a snapshot, beside the running writer.
 */
export async function verify(session: StoreSession): Promise<VerificationReport> {
  const snapshot = await session.snapshot()
  try {
    return await new Verification(snapshot).run()
  } finally {
    await snapshot.close()
  }
}

class Verification {
  readonly #snapshot: StoreSnapshot
  readonly #problems: VerificationProblem[] = []
  readonly #rebuilt: RebuiltBooks
  #sequence = 0
  #hash = GENESIS_HASH
  #timestamp = 0

  constructor(snapshot: StoreSnapshot) {
    this.#snapshot = snapshot
    this.#rebuilt = new RebuiltBooks(async sequence => {
      const [found] = await snapshot.journal({ after: sequence - 1, limit: 1 })
      return found?.entry
    })
  }

  async run(): Promise<VerificationReport> {
    const { head, tablesThrough } = this.#snapshot
    let accounts = 0
    if (tablesThrough > head.sequence) {
      this.#report(
        head.sequence,
        null,
        `the tables follow the journal to entry ${tablesThrough}, where it has not come to`
      )
    }
    if (tablesThrough === 0) accounts = await this.#compareTables()
    for (let isMore = true; isMore && this.#sequence < head.sequence;) {
      await othersTurn()
      const page = await this.#snapshot.journal({ after: this.#sequence, limit: PAGE_LENGTH })
      isMore = page.length > 0
      await this.#checkKeys(page)
      for (const chained of page) {
        await this.#rebuilt.recall(chained.entry)
        this.#check(chained)
        if (this.#sequence === tablesThrough) accounts = await this.#compareTables()
      }
    }
    if (this.#sequence !== head.sequence || this.#hash !== head.hash) {
      this.#report(head.sequence, null, `the journal ends at entry ${this.#sequence} and not at the recorded head`)
    }
    if (this.#timestamp !== head.timestamp || this.#rebuilt.transactionCount !== head.transactionCount) {
      this.#report(head.sequence, null, 'the recorded head has another time or count of transactions than the journal')
    }
    const problems = this.#problems
    return { ok: problems.length === 0, entries: this.#sequence, accounts, headHash: this.#hash, problems }
  }

  #check(chained: ChainedEntry): void {
    const { entry } = chained
    const expected = ++this.#sequence
    if (entry.sequence !== expected)
      this.#report(expected, null, `entry ${entry.sequence} stands in the place of ${expected}`)
    if (chained.previousHash !== this.#hash || chained.hash !== chainHash(this.#hash, chained.encoded)) {
      this.#report(expected, null, 'the hash chain is broken: this entry or one before it was changed')
    }
    if (encodeEntry(entry) !== chained.encoded)
      this.#report(expected, null, 'the stored text is not in its canonical form')
    if (entry.timestamp < this.#timestamp) this.#report(expected, null, 'recorded time runs backwards')
    this.#hash = chained.hash
    this.#timestamp = entry.timestamp
    try {
      this.#rebuilt.apply(entry)
    } catch (error) {
      this.#report(expected, null, error instanceof Error ? error.message : String(error))
    }
  }

  /** Every key that is not forgotten yet must be found again, or it could pay twice. */
  async #checkKeys(page: readonly ChainedEntry[]): Promise<void> {
    const { keysForgottenThrough, tablesThrough } = this.#snapshot
    const indexed = page.filter(
      ({ entry: { sequence } }) => sequence > keysForgottenThrough && sequence <= tablesThrough
    )
    const keys = indexed.flatMap(({ entry }) => {
      const idempotencyKey = keyOf(entry)
      return idempotencyKey === undefined ? [] : [{ accountId: entry.command.accountId, idempotencyKey }]
    })
    for (const { accountId, idempotencyKey } of await this.#snapshot.missingKeys(keys)) {
      this.#report(null, accountId, `idempotency key ${JSON.stringify(idempotencyKey)} of the journal is not found`)
    }
  }

  async #compareTables(): Promise<number> {
    await this.#compareTransactions()
    return this.#compareAccounts()
  }

  /** Compares how refunds and holds stand in the store with how they stand by the journal, both ways. */
  async #compareTransactions(): Promise<void> {
    let missing = this.#rebuilt.changedCount
    for (let after = 0, isMore = true; isMore;) {
      await othersTurn()
      const page = await this.#snapshot.transactions({ after, limit: PAGE_LENGTH })
      for (const stored of page) {
        const { sequence } = stored.entry
        if (this.#rebuilt.isAsRebuilt(stored)) missing--
        else this.#report(sequence, null, 'refunds or the hold of this transaction stand otherwise than by the journal')
        after = sequence
      }
      isMore = page.length === PAGE_LENGTH
    }
    if (missing > 0)
      this.#report(null, null, `${missing} refunded payments or holds of the journal do not stand in the store`)
  }

  /** Compares the balances that the store keeps with the rebuilt ones, both ways. */
  async #compareAccounts(): Promise<number> {
    let count = 0
    let after = ''
    for (;;) {
      await othersTurn()
      const page = await this.#snapshot.accounts({ after, limit: PAGE_LENGTH })
      for (const stored of page) {
        const difference = differenceOf(stored, this.#rebuilt.accounts.get(stored.accountId))
        if (difference !== undefined) this.#report(null, stored.accountId, difference)
      }
      count += page.length
      after = page.at(-1)?.accountId ?? ''
      if (page.length < PAGE_LENGTH) break
    }
    const missing = this.#rebuilt.accounts.size - count
    if (missing > 0) this.#report(null, null, `${missing} accounts of the journal are missing from the store`)
    return count
  }

  #report(sequence: number | null, accountId: string | null, message: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ sequence, accountId, message })
  }
}

/** Between pages: a store that answers at once would otherwise keep the event loop until the end of the journal. */
function othersTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function differenceOf(stored: AccountState, rebuilt: AccountState | undefined): string | undefined {
  if (rebuilt === undefined) return 'the store keeps an account that the journal does not know'
  for (const field of ['posted', 'held', 'overdraftLimit', 'currency', 'frozen', 'closed'] as const) {
    if (stored[field] !== rebuilt[field])
      return `${field} is ${stored[field]} in the store, ${rebuilt[field]} by the journal`
  }
  return undefined
}
