import type { AccountState } from '../domain/account.js'
import type { Changes } from '../domain/evolve.js'
import type { Entry } from '../domain/entry.js'
import type { RecordedLifetimes } from '../domain/key-lifetimes.js'
import { sequenceOfTransactionId, type TransactionState } from '../domain/transaction.js'
import type { View } from '../domain/view.js'
import type { Head, Loaded } from '../store/store.js'
import { Group } from './group.js'
import { KnownAccounts } from './known-accounts.js'
import { KeysInUse } from './keys-in-use.js'

/**
 * What the worker knows of the ledger: accounts as they stand after the last decision, the keys in use, and, for
 * transactions, three layers: the open group (decided), the group in flight (being made durable), and what was loaded
 * from the store or has become durable since. The upper layers win.
 */
export class WorkingSet implements View {
  open: Group
  inFlight: Group | undefined
  readonly #accounts = new KnownAccounts()
  readonly keys = new KeysInUse()
  #hasHolds = false
  #transactions = new Map<number, TransactionState>()
  /** Groups that became durable since the load of this run began, and so may be missing from it; latest first. */
  #settled: Group[] = []

  constructor(head: Head, lifetimes: RecordedLifetimes) {
    this.open = new Group(head, lifetimes)
  }

  /** The head that the next command is decided on. */
  get head(): Head {
    return this.open
  }

  account(accountId: string): AccountState | undefined {
    return this.#accounts.get(accountId)
  }

  keyed(accountId: string, idempotencyKey: string): Entry | undefined {
    return this.keys.latest(accountId, idempotencyKey)
  }

  transaction(transactionId: string): TransactionState | undefined {
    const sequence = sequenceOfTransactionId(transactionId)
    if (sequence === undefined) return undefined
    const found = this.transactionAt(sequence)
    return found?.entry.transactionId === transactionId ? found : undefined
  }

  transactionAt(sequence: number): TransactionState | undefined {
    const staged = this.open.transaction(sequence) ?? this.inFlight?.transaction(sequence)
    if (staged !== undefined) return staged
    for (const group of this.#settled) {
      const settled = group.transaction(sequence)
      if (settled !== undefined) return settled
    }
    return this.#transactions.get(sequence)
  }

  /** Whether any account seen so far has had an open hold: while none has, expiry costs nothing. */
  get hasHolds(): boolean {
    return this.#hasHolds
  }

  /** The earlier transactions that changed, and the holds that began, in groups that a load may not show yet. */
  *changedTransactions(): Generator<TransactionState, void, undefined> {
    for (const group of [this.open, this.inFlight, ...this.#settled]) {
      if (group !== undefined) yield* group.changedTransactions()
    }
  }

  stage(entry: Entry, changes: Changes): void {
    if (entry.holds.length > 0) this.#hasHolds = true
    for (const account of changes.accounts) this.#accounts.change(account, this.open)
    this.keys.record(entry)
    this.open.add(entry, changes.transactions)
  }

  /** Closes the open group and begins the next on top of it. */
  takeGroup(): Group {
    const group = this.open
    this.inFlight = group
    this.open = new Group(group, group.lifetimes)
    return group
  }

  /** The group in flight is durable: from now on the store knows it, and loads that began earlier may not. */
  settle(group: Group): void {
    this.#accounts.onDurable(group)
    this.#settled.unshift(group)
    this.inFlight = undefined
  }

  /** Forgets everything that was decided and will not become durable. What is loaded next is what the store has. */
  revert(): void {
    const { base, baseLifetimes } = this.inFlight ?? this.open
    this.open = new Group(base, baseLifetimes)
    this.keys.revert(base.sequence)
    this.inFlight = undefined
    this.#accounts.revert()
  }

  /** Forgets what was loaded for earlier commands. To be called before the load for the next ones begins. */
  beginRun(): void {
    this.#transactions = new Map()
    this.#settled = []
    this.#accounts.makeRoom(this.inFlight === undefined ? [this.open] : [this.inFlight, this.open])
  }

  /** Takes over what was loaded. What became durable meanwhile is newer and wins: it is in the layers above. */
  learn(loaded: Loaded): void {
    for (const account of loaded.accounts) {
      if (account.holdDeadline !== null) this.#hasHolds = true
      this.#accounts.learn(account)
    }
    for (const transaction of loaded.transactions) {
      this.#transactions.set(transaction.entry.sequence, transaction)
    }
    for (const entry of loaded.keyed) this.keys.learn(entry)
  }
}
