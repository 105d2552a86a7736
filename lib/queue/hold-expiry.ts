import { touchedAccounts } from '../domain/touches.js'
import type { TransactionState } from '../domain/transaction.js'
import type { StoreSession } from '../store/store.js'
import type { Job } from './job.js'
import type { WorkingSet } from './working-set.js'

/** How many holds one step of the sweep releases: bounds how long it keeps the queue. */
const SWEEP_STEP = 100
/** How many accounts' next deadlines are remembered before all are forgotten again. */
const DEADLINES_KEPT = 100_000

/**
 * Finds the holds whose deadline has passed: those of the accounts that a command is about to look at, so that it sees
 * them released whether or not a sweep has come by; and, in the background, those that nobody looks at.
 */
export class HoldExpiry {
  readonly #view: WorkingSet
  readonly #session: StoreSession
  /** No open hold of these accounts ends earlier: better than what the account itself knows. */
  readonly #nextDeadlines = new Map<string, number>()

  constructor(view: WorkingSet, session: StoreSession) {
    this.#view = view
    this.#session = session
  }

  /** The accounts that a job looks at and that may have holds to release first. */
  accountsDue(job: Job, now: number): readonly string[] {
    if (!this.#view.hasHolds) return NONE
    return this.#accountsOf(job).filter(accountId => {
      const deadline = this.#view.account(accountId)?.holdDeadline ?? null
      return deadline !== null && deadline <= now && (this.#nextDeadlines.get(accountId) ?? deadline) <= now
    })
  }

  /** Open holds of these accounts whose deadline has passed, the earliest first. Raises `StoreUnavailableError`. */
  async dueHolds(accounts: readonly string[], now: number): Promise<readonly TransactionState[]> {
    const { transactions } = await this.#session.load({ ...NOTHING, dueHolds: { accounts, dueAt: now } })
    const open = this.#openHolds(transactions).filter(({ entry }) => accounts.includes(entry.command.accountId))
    if (this.#nextDeadlines.size > DEADLINES_KEPT) this.#nextDeadlines.clear()
    for (const accountId of accounts) {
      const isLater = ({ entry, hold }: TransactionState) =>
        entry.command.accountId === accountId && hold !== null && hold.deadline > now
      // The next hold that the store told of may have ended in a group that it does not show: what comes after it is
      // not known then.
      const isKnown = !transactions.some(state => isLater(state) && this.#isEnded(state))
      if (isKnown) this.#nextDeadlines.set(accountId, open.find(isLater)?.hold!.deadline ?? Infinity)
      else this.#nextDeadlines.delete(accountId)
    }
    return open.filter(({ hold }) => hold!.deadline <= now)
  }

  /** A few of all open holds whose deadline has passed, with their accounts known. Raises `StoreUnavailableError`. */
  async someDueHolds(
    now: number
  ): Promise<{ readonly holds: readonly TransactionState[]; readonly mayHaveMore: boolean }> {
    const { transactions } = await this.#session.load({ ...NOTHING, dueHolds: { dueAt: now, limit: SWEEP_STEP } })
    const holds = this.#openHolds(transactions).filter(({ hold }) => hold!.deadline <= now)
    await this.#learnAccounts(holds)
    return { holds: holds.slice(0, SWEEP_STEP), mayHaveMore: holds.length >= SWEEP_STEP }
  }

  /** What is known of deadlines may rest on what did not become durable. */
  forgetDeadlines(): void {
    this.#nextDeadlines.clear()
  }

  async #learnAccounts(holds: readonly TransactionState[]): Promise<void> {
    const ids = new Set(holds.map(({ entry }) => entry.command.accountId))
    const accounts = [...ids].filter(accountId => this.#view.account(accountId) === undefined)
    this.#view.learn(await this.#session.load({ ...NOTHING, accounts }))
  }

  /** A new hold may end before all others of its account. */
  onAuthorized(accountId: string, deadline: number): void {
    const next = this.#nextDeadlines.get(accountId)
    if (next !== undefined && deadline < next) this.#nextDeadlines.set(accountId, deadline)
  }

  #isEnded({ entry }: TransactionState): boolean {
    return this.#view.transactionAt(entry.sequence)?.hold?.status !== 'open'
  }

  #accountsOf(job: Job): readonly string[] {
    if (job.kind === 'command') return touchedAccounts(job.command, this.#view)
    if (job.kind !== 'read') return NONE
    const { accountId, transactionId } = job.question
    const transaction = transactionId === undefined ? undefined : this.#view.transaction(transactionId)
    return [accountId, transaction?.entry.command.accountId].filter(id => id !== undefined)
  }

  /** What was loaded and what only the working set knows, as both stand now; the earliest deadline first. */
  #openHolds(loaded: readonly TransactionState[]): TransactionState[] {
    this.#view.learn({ accounts: [], keyed: [], transactions: loaded })
    const sequences = new Set(loaded.map(state => state.entry.sequence))
    for (const state of this.#view.changedTransactions()) sequences.add(state.entry.sequence)
    return [...sequences]
      .map(sequence => this.#view.transactionAt(sequence)!)
      .filter(({ hold }) => hold?.status === 'open')
      .sort((one, other) => one.hold!.deadline - other.hold!.deadline || one.entry.sequence - other.entry.sequence)
  }
}

const NONE: readonly never[] = []
const NOTHING = { accounts: NONE, keys: NONE, transactions: NONE }
