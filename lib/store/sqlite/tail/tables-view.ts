import type { AccountState } from '../../../domain/account.js'
import type { Entry } from '../../../domain/entry.js'
import { evolve } from '../../../domain/evolve.js'
import { accountsChangedBy, sequenceOfTransactionId, type TransactionState } from '../../../domain/transaction.js'
import type { View } from '../../../domain/view.js'
import type { Queries } from '../reading/queries.js'
import { Tail } from './tail.js'

/** The tables, with the changes of the entries on top. */
export class TablesView implements View {
  readonly tail: Tail
  readonly #queries: Queries
  /** Accounts as the tables have them that the entries being applied change. */
  #read = new Map<string, AccountState>()

  constructor(queries: Queries, after: number) {
    this.#queries = queries
    this.tail = new Tail(after)
  }

  account(accountId: string): AccountState | undefined {
    return this.tail.accounts.get(accountId) ?? this.#read.get(accountId)
  }

  keyed(): undefined {
    return undefined
  }

  transaction(transactionId: string): TransactionState | undefined {
    const sequence = sequenceOfTransactionId(transactionId)
    if (sequence === undefined) return undefined
    const found = this.tail.transactions.get(sequence) ?? this.#queries.transactions([sequence])[0]
    return found?.entry.transactionId === transactionId ? found : undefined
  }

  /** Follows entries in their order. What the tables know of their accounts is read at once. */
  apply(entries: readonly Entry[]): void {
    const changed = new Set(entries.flatMap(accountsChangedBy))
    const accounts = this.#queries.accounts([...changed].filter(accountId => !this.tail.accounts.has(accountId)))
    this.#read = new Map(accounts.map(account => [account.accountId, account]))
    for (const entry of entries) this.tail.add({ entries: [entry], ...evolve(this, entry) })
  }
}
