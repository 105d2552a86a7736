import type { AccountState } from '../../domain/account.js'
import { keyOf } from '../../domain/idempotency.js'
import { accountsChangedBy, type TransactionState } from '../../domain/transaction.js'
import type { CommitGroup, KeyName } from '../store.js'
import { keyHash } from './key-hash.js'
import { transactionToRow } from './rows.js'
import type { TableChanges } from './table-changes.js'

/**
 * What a stretch of the journal changes in the tables that do not show it yet. The entries themselves are not kept: they
 * are in the journal, and this stays small enough to be long.
 */
export class Tail {
  readonly after: number
  through: number
  readonly accounts = new Map<string, AccountState>()
  readonly transactions = new Map<number, TransactionState>()
  readonly #history = new Map<string, number[]>()
  readonly #keyHashes: number[] = []
  readonly #keySequences: number[] = []
  /** From a hash to the place of its latest key in the arrays above. */
  readonly #keyPlaces = new Map<number, number>()
  /** From a place to the one before with the same hash, for the few that have one. */
  readonly #earlierPlaces = new Map<number, number>()

  constructor(after: number) {
    this.after = after
    this.through = after
  }

  /** How many entries it covers. */
  get length(): number {
    return this.through - this.after
  }

  add({ entries, accounts, transactions }: Pick<CommitGroup, 'entries' | 'accounts' | 'transactions'>): void {
    for (const entry of entries) {
      const { sequence } = entry
      const key = keyOf(entry)
      if (key !== undefined) this.#addKey(keyHash(entry.command.accountId, key), sequence)
      for (const accountId of accountsChangedBy(entry)) {
        const history = this.#history.get(accountId)
        if (history === undefined) this.#history.set(accountId, [sequence])
        else history.push(sequence)
      }
      this.through = sequence
    }
    for (const account of accounts) this.accounts.set(account.accountId, account)
    for (const state of transactions) this.transactions.set(state.entry.sequence, state)
  }

  #addKey(hash: number, sequence: number): void {
    const place = this.#keyHashes.length
    const earlier = this.#keyPlaces.get(hash)
    if (earlier !== undefined) this.#earlierPlaces.set(place, earlier)
    this.#keyPlaces.set(hash, place)
    this.#keyHashes.push(hash)
    this.#keySequences.push(sequence)
  }

  /** Where an entry with this key may be, the latest first; the entries tell whether it is the very key. */
  sequencesUnder({ accountId, idempotencyKey }: KeyName): readonly number[] {
    let place = this.#keyPlaces.get(keyHash(accountId, idempotencyKey))
    if (place === undefined) return NONE
    const sequences: number[] = []
    for (; place !== undefined; place = this.#earlierPlaces.get(place)) sequences.push(this.#keySequences[place]!)
    return sequences
  }

  history(accountId: string): readonly number[] {
    return this.#history.get(accountId) ?? NONE
  }

  /** Accounts come in the order of their creation, which is that of their numbers in the tables. */
  toChanges(): TableChanges {
    const accounts = [...this.accounts.values()].sort((one, other) => one.createdSequence - other.createdSequence)
    const histories = accounts.map(({ accountId }) => this.history(accountId))
    return {
      through: this.through,
      accounts,
      transactions: [...this.transactions.values()].map(transactionToRow),
      keyHashes: new Float64Array(this.#keyHashes),
      keySequences: new Float64Array(this.#keySequences),
      historyLengths: new Uint32Array(histories.map(history => history.length)),
      historySequences: new Float64Array(histories.flat())
    }
  }
}

const NONE: readonly never[] = []
