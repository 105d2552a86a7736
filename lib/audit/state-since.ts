import { isSystemAccount, newAccount, type AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import { balanceAfter } from '../domain/resulting-balances.js'
import { accountsChangedBy, legsOf, type TransactionState } from '../domain/transaction.js'
import type { StoreSnapshot } from '../store/store.js'
import { StateHash, type AccountStanding, type Checkpoint } from './checkpoint.js'
import type { ProblemList } from './problem-list.js'
import { relatedSequenceOf, Replay } from './replay.js'
import { accountsOf, changedTransactionsOf } from './stored-state.js'

/**
 * Checks that the present state follows from the state at a checkpoint and the entries since, without the entries before.
 *
 * How an account stood before is read off the first entry since that touches it: what it had afterwards, less what moved.
 * The entries are replayed from there and must lead to what the store keeps. That the reading was right is told by the
 * hash of the checkpoint: over all that the store keeps, with everything touched put back to where it stood, it must come
 * out the same. Memory grows with what was touched since the checkpoint, not with the ledger.
 */
export class StateSince {
  readonly #snapshot: StoreSnapshot
  readonly #since: Checkpoint
  readonly #problems: ProblemList
  readonly #replay = new Replay()
  /** How accounts stood at the checkpoint, of those touched since that are not new. */
  readonly #openings = new Map<string, AccountState>()
  /** Accounts whose limit, freeze or closure was set since. */
  readonly #resetTerms = new Set<string>()
  readonly #changedTransactions = new Set<number>()

  constructor(snapshot: StoreSnapshot, since: Checkpoint, problems: ProblemList) {
    this.#snapshot = snapshot
    this.#since = since
    this.#problems = problems
  }

  /** Takes the next entry. @throws InvariantError when it does not follow */
  async apply(entry: Entry): Promise<void> {
    if (entry.outcome !== 'approved') return
    await this.#recall(entry)
    const isCreation = entry.command.type === 'CreateAccount'
    for (const accountId of accountsChangedBy(entry)) {
      const isCreated = isCreation && entry.account?.accountId === accountId
      if (!isCreated && this.#replay.account(accountId) === undefined) {
        const opening = openingOf(entry, accountId)
        this.#openings.set(accountId, opening)
        this.#replay.accounts.set(accountId, opening)
      }
    }
    if (entry.account !== null) this.#resetTerms.add(entry.account.accountId)
    const { transactions } = this.#replay.apply(entry)
    for (const state of transactions) this.#changedTransactions.add(state.entry.sequence)
  }

  /** Compares with what the store keeps; returns how many accounts that is. */
  async compare(): Promise<number> {
    const stateThen = new StateHash()
    const accountCount = await this.#compareAccounts(stateThen)
    await this.#compareTransactions(stateThen)
    if (stateThen.accountCount !== this.#since.accountCount || stateThen.digest() !== this.#since.stateHash) {
      const message =
        'what the store keeps, less the entries since, is not the state at the checkpoint: it was changed beside the journal'
      this.#problems.add(null, null, message)
    }
    return accountCount
  }

  /** Fetches the earlier transaction that an entry refers to, as if nothing had become of it before the checkpoint. */
  async #recall(entry: Entry): Promise<void> {
    const sequence = relatedSequenceOf(entry)
    if (sequence === undefined || this.#replay.transactions.has(sequence)) return
    const [found] = await this.#snapshot.journal({ after: sequence - 1, limit: 1 })
    if (found === undefined) return
    const { command, timestamp } = found.entry
    const hold =
      command.type === 'AuthorizePayment'
        ? ({ status: 'open', deadline: timestamp + command.expiresInMs } as const)
        : null
    this.#replay.transactions.set(sequence, { entry: found.entry, refunded: [], hold })
  }

  async #compareAccounts(stateThen: StateHash): Promise<number> {
    let count = 0
    let touchedCount = 0
    for await (const stored of accountsOf(this.#snapshot)) {
      count++
      const { accountId } = stored
      const replayed = this.#replay.account(accountId)
      if (replayed === undefined) {
        stateThen.addAccount(stored)
        continue
      }
      touchedCount++
      const field = differingField(stored, replayed, this.#resetTerms.has(accountId))
      if (field !== undefined) {
        const message = `${field} is ${stored[field]} in the store, ${replayed[field]} by the journal`
        this.#problems.add(null, accountId, message)
      }
      const standing = await this.#standingThen(stored)
      if (standing !== undefined) stateThen.addAccount(standing)
    }
    const missing = this.#replay.accounts.size - touchedCount
    if (missing > 0) this.#problems.add(null, null, `${missing} accounts of the journal are missing from the store`)
    return count
  }

  /** How a touched account stood at the checkpoint; `undefined` when it is newer. */
  async #standingThen(stored: AccountState): Promise<AccountStanding | undefined> {
    const { accountId, currency, frozen, closed, createdSequence } = stored
    const opening = this.#openings.get(accountId)
    if (opening === undefined) return undefined
    const { posted, held, overdraftLimit } = opening
    if (isSystemAccount(accountId) && posted === 0n && createdSequence > this.#since.sequence) return undefined
    const terms = this.#resetTerms.has(accountId)
      ? await this.#termsThen(accountId)
      : { frozen, closed, overdraftLimit }
    return { accountId, currency, posted, held, ...terms }
  }

  /** Limit, freeze and closure, by the last entry up to the checkpoint that set any of them. */
  async #termsThen(accountId: string): Promise<Pick<AccountState, 'frozen' | 'closed' | 'overdraftLimit'>> {
    for (let through = this.#since.sequence; ;) {
      const entry = await this.#snapshot.lastChange(accountId, through)
      if (entry === undefined) return { frozen: null, closed: false, overdraftLimit: 0n }
      if (entry.account?.accountId === accountId) {
        const { frozen, closed, overdraftLimit } = entry.account
        return { frozen, closed, overdraftLimit }
      }
      through = entry.sequence - 1
    }
  }

  async #compareTransactions(stateThen: StateHash): Promise<void> {
    let missing = this.#changedTransactions.size
    for await (const stored of changedTransactionsOf(this.#snapshot)) {
      const { sequence } = stored.entry
      if (!this.#changedTransactions.has(sequence)) {
        stateThen.addTransaction(stored)
        continue
      }
      missing--
      const replayed = this.#replay.transactions.get(sequence)!
      const then = standingBefore(stored, replayed, sequence > this.#since.sequence)
      if (then === undefined) {
        const message = 'refunds or the hold of this transaction stand otherwise than by the journal'
        this.#problems.add(sequence, null, message)
      } else if (
        sequence <= this.#since.sequence &&
        (then.hold !== null || then.refunded.some(amount => amount > 0n))
      ) {
        stateThen.addTransaction(then)
      }
    }
    if (missing > 0)
      this.#problems.add(null, null, `${missing} refunded payments or holds of the journal do not stand in the store`)
  }
}

/** How an account stood before an entry, by what it had afterwards. */
function openingOf(entry: Entry, accountId: string): AccountState {
  const own = <T extends { readonly accountId: string }>(change: T) => change.accountId === accountId
  const after = balanceAfter(entry, accountId) ?? { posted: 0n, held: 0n, overdraftLimit: 0n }
  const moved = entry.postings.filter(own).reduce((sum, { amount }) => sum + amount, 0n)
  const reserved = entry.holds.filter(own).reduce((sum, { amount }) => sum + amount, 0n)
  const currency = entry.postings.find(own)?.currency ?? entry.account?.currency ?? entry.currency
  const { overdraftLimit } = after
  const opened = newAccount({ accountId, currency, overdraftLimit, metadata: {}, at: 0, sequence: 0 })
  return { ...opened, posted: after.posted - moved, held: after.held - reserved }
}

/** What an account's terms were before is not known from replaying, unless they were set meanwhile. */
function differingField(stored: AccountState, replayed: AccountState, areTermsKnown: boolean) {
  const money = ['posted', 'held', 'overdraftLimit', 'currency'] as const
  const fields = areTermsKnown ? ([...money, 'frozen', 'closed'] as const) : money
  return fields.find(field => stored[field] !== replayed[field])
}

/** How a transaction stood before what was replayed onto it; `undefined` when the two do not fit. */
function standingBefore(
  stored: TransactionState,
  replayed: TransactionState,
  isNew: boolean
): TransactionState | undefined {
  const { entry } = stored
  if (stored.hold?.status !== replayed.hold?.status || stored.hold?.deadline !== replayed.hold?.deadline)
    return undefined
  const legs = legsOf(entry)
  const refunded = stored.refunded.map((amount, leg) => amount - (replayed.refunded[leg] ?? 0n))
  const fits = stored.refunded.every((amount, leg) => amount <= (legs[leg]?.amount ?? 0n) && refunded[leg]! >= 0n)
  if (!fits || stored.refunded.length < replayed.refunded.length) return undefined
  if (isNew && refunded.some(amount => amount !== 0n)) return undefined
  return { entry, refunded, hold: stored.hold && { ...stored.hold, status: 'open' } }
}
