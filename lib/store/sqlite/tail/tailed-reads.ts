import type { Entry } from '../../../domain/entry.js'
import type { TransactionState } from '../../../domain/transaction.js'
import { selectDueHolds } from '../../due-holds.js'
import { lastUpTo, pageOf, sequencesOf } from '../../paging.js'
import type { HistoryPage, HistoryQuery, KeyName, Loaded, Wanted } from '../../store.js'
import type { KeyFilter } from '../reading/key-filter.js'
import { keyHash } from '../indexes/key-hash.js'
import type { Queries } from '../reading/queries.js'
import type { Tail } from './tail.js'

/** What the tables do not show yet: the stretch being brought into them, and the one after it. */
export interface Tails {
  readonly applying: Tail | undefined
  readonly growing: Tail
}

/** Reads of the tables with the tails on top. */
export class TailedReads {
  readonly #queries: Queries
  readonly #tails: Tails
  readonly #filter: KeyFilter | undefined

  /** @param filter knows the keys of the tables and of the tails */
  constructor(queries: Queries, tails: Tails, filter?: KeyFilter) {
    this.#queries = queries
    this.#tails = tails
    this.#filter = filter
  }

  load(wanted: Wanted): Loaded {
    const [recentAccounts, otherAccounts] = this.#split(wanted.accounts, (tail, id) => tail.accounts.get(id))
    const keys = wanted.keys.filter(key => this.#mayHave(key))
    const [recentKeys, otherKeys] = this.#split(keys, (tail, key) =>
      this.#queries.keyedAt(key, tail.sequencesUnder(key))
    )
    const [recentTransactions, otherTransactions] = this.#split(wanted.transactions, (tail, at) =>
      tail.transactions.get(at)
    )
    return {
      accounts: [...recentAccounts, ...this.#queries.accounts(otherAccounts)],
      keyed: [...recentKeys, ...this.#queries.keyed(otherKeys)],
      transactions: [
        ...recentTransactions,
        ...this.#queries.transactions(otherTransactions),
        ...(wanted.dueHolds === undefined ? [] : this.#dueHolds(wanted.dueHolds))
      ]
    }
  }

  #mayHave({ accountId, idempotencyKey }: KeyName): boolean {
    return this.#filter === undefined || this.#filter.mayHave(keyHash(accountId, idempotencyKey))
  }

  /** What the tails know, and the names of what they do not. */
  #split<N, V>(names: readonly N[], find: (tail: Tail, name: N) => V | undefined): [V[], N[]] {
    const found: V[] = []
    const others: N[] = []
    for (const name of names) {
      const value = find(this.#tails.growing, name) ?? (this.#tails.applying && find(this.#tails.applying, name))
      if (value === undefined) others.push(name)
      else found.push(value)
    }
    return [found, others]
  }

  #dueHolds(wanted: NonNullable<Wanted['dueHolds']>): TransactionState[] {
    const stored =
      'limit' in wanted
        ? this.#queries.dueHolds(wanted.dueAt, wanted.limit + this.#endedHolds(() => true))
        : wanted.accounts.flatMap(accountId =>
            this.#queries.dueHoldsOf(accountId, wanted.dueAt, 1 + this.#endedHolds(id => id === accountId))
          )
    const candidates = new Map(stored.map(state => [state.entry.sequence, state]))
    // What the tables do not show yet may have begun, or ended, since.
    for (const tail of [this.#tails.applying, this.#tails.growing]) {
      for (const [sequence, state] of tail?.transactions ?? []) candidates.set(sequence, state)
    }
    return selectDueHolds(candidates.values(), wanted)
  }

  /** How many holds of some accounts the tables may still show as open although they have ended. */
  #endedHolds(isWanted: (accountId: string) => boolean): number {
    let count = 0
    for (const tail of [this.#tails.applying, this.#tails.growing]) {
      for (const { entry, hold } of tail?.transactions.values() ?? []) {
        if (hold !== null && hold.status !== 'open' && isWanted(entry.command.accountId)) count++
      }
    }
    return count
  }

  history(query: HistoryQuery): HistoryPage {
    const { accountId } = query
    const sequences = accountId === undefined ? sequencesOf(query) : this.#historyOf(accountId, query)
    const through = sequences.length < query.limit ? query.through : sequences.at(-1)!
    return { transactions: this.#transactionsAt(sequences), through }
  }

  lastChange(accountId: string, through: number): Entry | undefined {
    const recent = lastUpTo(this.#recentHistoryOf(accountId), through)
    const sequence = recent ?? this.#queries.lastChange(accountId, through)
    return sequence === undefined ? undefined : this.#queries.entries([sequence])[0]
  }

  #historyOf(accountId: string, query: HistoryQuery): readonly number[] {
    const tailAfter = (this.#tails.applying ?? this.#tails.growing).after
    const sequences = this.#queries.historyOf(accountId, { ...query, through: Math.min(query.through, tailAfter) })
    return pageOf([...sequences, ...this.#recentHistoryOf(accountId)], query)
  }

  /** What the history table does not show yet. */
  #recentHistoryOf(accountId: string): readonly number[] {
    return [...(this.#tails.applying?.history(accountId) ?? []), ...this.#tails.growing.history(accountId)]
  }

  #transactionsAt(sequences: readonly number[]): readonly TransactionState[] {
    const [recent, others] = this.#split(sequences, (tail, sequence) => tail.transactions.get(sequence))
    const states = [...this.#queries.transactions(others), ...recent]
    return states.sort((one, other) => one.entry.sequence - other.entry.sequence)
  }

  sequenceAt(timestamp: number): number {
    return this.#queries.sequenceAt(timestamp, this.#tails.growing.through)
  }
}
