import { isSystemAccount, type AccountState } from '../../../domain/account.js'
import { keyOf } from '../../../domain/idempotency.js'
import { accountsChangedBy, type TransactionState } from '../../../domain/transaction.js'
import type { CommitGroup, KeyName } from '../../store.js'
import type { KeyFilter } from '../reading/key-filter.js'
import { historyNumber } from '../indexes/history-number.js'
import { keyHash } from '../indexes/key-hash.js'
import { transactionToRow } from '../reading/rows.js'
import { SequenceLists } from '../indexes/sequence-lists.js'
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
  /** Accounts of which more than the posted balance changed. */
  readonly #restated = new Set<string>()
  readonly #history = new SequenceLists()
  readonly #keys = new SequenceLists()

  readonly #filter: KeyFilter | undefined

  /** @param filter told of every key that comes in */
  constructor(after: number, filter?: KeyFilter) {
    this.#filter = filter
    this.after = after
    this.through = after
  }

  /** How many entries it covers. */
  get length(): number {
    return this.through - this.after
  }

  /** How many accounts there are that the last piece of a step has to write. */
  get restated(): number {
    return this.#restated.size
  }

  add({ entries, accounts, transactions }: Pick<CommitGroup, 'entries' | 'accounts' | 'transactions'>): void {
    for (const account of accounts) {
      this.accounts.set(account.accountId, account)
      // System accounts open on first use, without an entry of their own.
      if (account.createdSequence > this.after || isSystemAccount(account.accountId))
        this.#restated.add(account.accountId)
    }
    for (const entry of entries) {
      const { sequence } = entry
      const key = keyOf(entry)
      if (key !== undefined) this.#addKey(keyHash(entry.command.accountId, key), sequence)
      for (const accountId of accountsChangedBy(entry)) this.#history.add(this.#numberOf(accountId), sequence)
      if (entry.account !== null) this.#restated.add(entry.account.accountId)
      for (const { accountId } of entry.holds) this.#restated.add(accountId)
      this.through = sequence
    }
    for (const state of transactions) this.transactions.set(state.entry.sequence, state)
  }

  #addKey(hash: number, sequence: number): void {
    this.#keys.add(hash, sequence)
    this.#filter?.add(hash)
  }

  #numberOf(accountId: string): number {
    return historyNumber(accountId, this.accounts.get(accountId)!.createdSequence)
  }

  /** Where an entry with this key may be, the latest first; the entries tell whether it is the very key. */
  sequencesUnder({ accountId, idempotencyKey }: KeyName): readonly number[] {
    return this.#keys.under(keyHash(accountId, idempotencyKey))
  }

  history(accountId: string): readonly number[] {
    return this.accounts.has(accountId) ? this.#history.under(this.#numberOf(accountId)).toReversed() : []
  }

  toChanges(): TableChanges {
    const moved = [...this.accounts.values()].filter(({ accountId }) => !isSystemAccount(accountId))
    const restated = [...this.#restated].map(accountId => this.accounts.get(accountId)!)
    return {
      after: this.after,
      through: this.through,
      moved: {
        accounts: Float64Array.from(moved, account => account.createdSequence),
        posted: BigInt64Array.from(moved, account => account.posted)
      },
      restated: restated.sort((one, other) => one.createdSequence - other.createdSequence),
      transactions: [...this.transactions.values()].map(transactionToRow),
      keyHashes: this.#keys.numbers,
      keySequences: this.#keys.sequences,
      historyNumbers: this.#history.numbers,
      historySequences: this.#history.sequences
    }
  }
}
