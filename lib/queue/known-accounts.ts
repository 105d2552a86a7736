import { isSystemAccount, type AccountState } from '../domain/account.js'
import type { Group } from './group.js'

/** How many accounts stay in memory after use: about 30 MB. */
const ACCOUNTS_KEPT = 100_000

/** An account, and where its latest change is: in the group that builds on that entry, at that place. */
interface KnownAccount {
  state: AccountState
  groupAfter: number
  place: number
}

/**
 * Accounts as they stand after the last decision, which only `revert` takes back. They stay known: this writer is the
 * only one, so they cannot go stale.
 */
export class KnownAccounts {
  /** Half of those that are kept; the older ones make room. */
  #recent = new Map<string, KnownAccount>()
  #older = new Map<string, KnownAccount>()
  #system = new Map<string, KnownAccount>()
  /** The account that was found last: each command asks for its own several times. */
  #last: KnownAccount | undefined
  /** Nobody loads system accounts again, so that their durable state is kept for `revert`. */
  readonly #durableSystem = new Map<string, AccountState>()

  get(accountId: string): AccountState | undefined {
    return this.#find(accountId)?.state
  }

  /** Takes over what was loaded, unless it is known: then that is as new or newer. */
  learn(state: AccountState): void {
    const { accountId } = state
    if (this.#find(accountId) === undefined) this.#add(state)
    if (isSystemAccount(accountId)) this.#durableSystem.set(accountId, state)
  }

  /** Takes over how an account stands now, here and in the open group, which keeps the latest state of each. */
  change(state: AccountState, { expectedHead, accounts }: Group): void {
    const account = this.#find(state.accountId) ?? this.#add(state)
    account.state = state
    if (account.groupAfter === expectedHead) accounts[account.place] = state
    else {
      account.groupAfter = expectedHead
      account.place = accounts.push(state) - 1
    }
  }

  onDurable({ accounts }: Group): void {
    for (const state of accounts) {
      if (isSystemAccount(state.accountId)) this.#durableSystem.set(state.accountId, state)
    }
  }

  /** Forgets accounts that were not used for long, except those whose latest state no load shows yet. */
  makeRoom(staged: readonly Group[]): void {
    if (this.#recent.size < ACCOUNTS_KEPT / 2) return
    const leaving = this.#older
    this.#last = undefined
    this.#older = this.#recent
    this.#recent = new Map()
    for (const { accounts } of staged) {
      for (const { accountId } of accounts) {
        const account = leaving.get(accountId)
        if (account !== undefined) this.#recent.set(accountId, account)
      }
    }
  }

  /** Forgets everything that is not durable. */
  revert(): void {
    this.#last = undefined
    this.#recent = new Map()
    this.#older = new Map()
    this.#system = new Map()
    for (const state of this.#durableSystem.values()) this.#add(state)
  }

  #add(state: AccountState): KnownAccount {
    const account = { state, groupAfter: -1, place: 0 }
    const accounts = isSystemAccount(state.accountId) ? this.#system : this.#recent
    accounts.set(state.accountId, account)
    return account
  }

  #find(accountId: string): KnownAccount | undefined {
    if (isSystemAccount(accountId)) return this.#system.get(accountId)
    if (this.#last?.state.accountId === accountId) return this.#last
    const recent = this.#recent.get(accountId)
    if (recent !== undefined) return (this.#last = recent)
    const older = this.#older.get(accountId)
    if (older !== undefined) this.#recent.set(accountId, older)
    return older
  }
}
