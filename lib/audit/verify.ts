import type { AccountState } from '../domain/account.js'
import { FOR_EVER, lifetimesAfter } from '../domain/key-lifetimes.js'
import { isSettingOf } from '../store/lifetimes-setting.js'
import type { ChainedEntry, StoreSession, StoreSnapshot } from '../store/store.js'
import { BEGINNING, breaksOf } from './chain-link.js'
import type { Checkpoint } from './checkpoint.js'
import { missingKeysOf } from './missing-keys.js'
import { ProblemList, type VerificationProblem } from './problem-list.js'
import { RebuiltBooks } from './rebuilt-books.js'
import { accountsOf, changedTransactionsOf } from './stored-state.js'
import { VerificationSince } from './verify-since.js'
import { nextTurn } from '../timers.js'

export interface VerificationReport {
  readonly ok: boolean
  /** Journal entries checked: all, or those after the checkpoint. */
  readonly entries: number
  /** Accounts whose balances were rebuilt and compared. */
  readonly accounts: number
  /** Hex hash of the last entry. */
  readonly headHash: string
  /** The first problems found, at most 100. */
  readonly problems: readonly VerificationProblem[]
}

/** How far a verification is. */
export interface VerificationProgress {
  /** Entries checked so far, of the total. */
  readonly entries: number
  readonly total: number
}

export interface VerifyOptions {
  /** Checks only what came after this moment, and that the present state follows from it. @default the whole journal */
  readonly since?: Checkpoint
  /** Told at the beginning and after every 1_000 entries; what it throws ends the verification and rejects it. */
  readonly onProgress?: (progress: VerificationProgress) => void
}

const PAGE_LENGTH = 1_000
const OTHER_LIFETIMES = 'the store keeps other key lifetimes than the journal'

/**
 * Re-checks a ledger from its journal alone: the numbering, the hash chain, the double entry, and every balance rebuilt
 * and compared with what the store keeps. Runs on a snapshot, beside the running writer.
 */
export async function verify(
  session: Pick<StoreSession, 'snapshot'>,
  options: VerifyOptions = {}
): Promise<VerificationReport> {
  const { since, onProgress = () => undefined } = options
  const snapshot = await session.snapshot()
  try {
    if (since !== undefined) return await new VerificationSince(snapshot, since, onProgress).run()
    return await new Verification(snapshot, onProgress).run()
  } finally {
    await snapshot.close()
  }
}

class Verification {
  readonly #snapshot: StoreSnapshot
  readonly #onProgress: (progress: VerificationProgress) => void
  readonly #problems = new ProblemList()
  readonly #rebuilt: RebuiltBooks
  #sequence = 0
  #hash = BEGINNING.hash
  #timestamp = 0
  #lifetimes = FOR_EVER

  constructor(snapshot: StoreSnapshot, onProgress: (progress: VerificationProgress) => void) {
    this.#snapshot = snapshot
    this.#onProgress = onProgress
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
    this.#onProgress({ entries: 0, total: head.sequence })
    if (tablesThrough === 0) accounts = await this.#compareTables()
    for (let isMore = true; isMore && this.#sequence < head.sequence;) {
      const page = await this.#snapshot.journal({ after: this.#sequence, limit: PAGE_LENGTH })
      isMore = page.length > 0
      await this.#checkKeys(page)
      for (const chained of page) {
        await this.#rebuilt.recall(chained.entry)
        this.#check(chained)
        if (this.#sequence === tablesThrough) accounts = await this.#compareTables()
      }
      this.#onProgress({ entries: this.#sequence, total: head.sequence })
      await nextTurn()
    }
    if (this.#sequence !== head.sequence || this.#hash !== head.hash) {
      this.#report(head.sequence, null, `the journal ends at entry ${this.#sequence} and not at the recorded head`)
    }
    if (this.#timestamp !== head.timestamp || this.#rebuilt.transactionCount !== head.transactionCount) {
      this.#report(head.sequence, null, 'the recorded head has another time or count of transactions than the journal')
    }
    if (!isSettingOf(this.#snapshot.settings, this.#lifetimes)) this.#report(head.sequence, null, OTHER_LIFETIMES)
    const { problems } = this.#problems
    return { ok: problems.length === 0, entries: this.#sequence, accounts, headHash: this.#hash, problems }
  }

  #check(chained: ChainedEntry): void {
    const { entry } = chained
    const before = { sequence: this.#sequence, hash: this.#hash, timestamp: this.#timestamp }
    const expected = ++this.#sequence
    for (const message of breaksOf(before, chained)) this.#report(expected, null, message)
    this.#hash = chained.hash
    this.#timestamp = entry.timestamp
    this.#lifetimes = lifetimesAfter(entry, this.#lifetimes)
    try {
      this.#rebuilt.apply(entry)
    } catch (error) {
      this.#report(expected, null, error instanceof Error ? error.message : String(error))
    }
  }

  /** Every key that is not forgotten yet must be found again, or it could pay twice. */
  async #checkKeys(page: readonly ChainedEntry[]): Promise<void> {
    for (const { accountId, idempotencyKey } of await missingKeysOf(this.#snapshot, page)) {
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
    for await (const stored of changedTransactionsOf(this.#snapshot)) {
      const { sequence } = stored.entry
      if (this.#rebuilt.isAsRebuilt(stored)) missing--
      else this.#report(sequence, null, 'refunds or the hold of this transaction stand otherwise than by the journal')
    }
    if (missing > 0)
      this.#report(null, null, `${missing} refunded payments or holds of the journal do not stand in the store`)
  }

  /** Compares the balances that the store keeps with the rebuilt ones, both ways. */
  async #compareAccounts(): Promise<number> {
    let count = 0
    for await (const stored of accountsOf(this.#snapshot)) {
      count++
      const difference = differenceOf(stored, this.#rebuilt.accounts.get(stored.accountId))
      if (difference !== undefined) this.#report(null, stored.accountId, difference)
    }
    const missing = this.#rebuilt.accounts.size - count
    if (missing > 0) this.#report(null, null, `${missing} accounts of the journal are missing from the store`)
    return count
  }

  #report(sequence: number | null, accountId: string | null, message: string): void {
    this.#problems.add(sequence, accountId, message)
  }
}

function differenceOf(stored: AccountState, rebuilt: AccountState | undefined): string | undefined {
  if (rebuilt === undefined) return 'the store keeps an account that the journal does not know'
  for (const field of ['posted', 'held', 'overdraftLimit', 'currency', 'frozen', 'closed'] as const) {
    if (stored[field] !== rebuilt[field])
      return `${field} is ${stored[field]} in the store, ${rebuilt[field]} by the journal`
  }
  return undefined
}
