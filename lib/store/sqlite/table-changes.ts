import type { AccountState } from '../../domain/account.js'
import type { Entry } from '../../domain/entry.js'
import { keyOf } from '../../domain/idempotency.js'
import { accountsChangedBy, type TransactionState } from '../../domain/transaction.js'
import type { Value } from './driver.js'
import { keyHash } from './key-hash.js'
import { accountToRow, transactionToRow } from './rows.js'

/** What a stretch of the journal does to the tables that follow it, as rows. */
export interface TableChanges {
  /** The last entry of the stretch. */
  readonly through: number
  readonly accounts: readonly Value[][]
  readonly transactions: readonly Value[][]
  readonly keyHashes: readonly number[]
  readonly keySequences: readonly number[]
  readonly historyAccounts: readonly string[]
  readonly historySequences: readonly number[]
}

/** Collects the changes of consecutive entries; of several states of one account only the last counts. */
export class TableChangesBuilder {
  through: number
  readonly accounts = new Map<string, AccountState>()
  readonly transactions = new Map<number, TransactionState>()
  readonly #keyHashes: number[] = []
  readonly #keySequences: number[] = []
  readonly #historyAccounts: string[] = []
  readonly #historySequences: number[] = []

  constructor(after: number) {
    this.through = after
  }

  add(entry: Entry): void {
    const { command, sequence } = entry
    this.through = sequence
    const key = keyOf(entry)
    if (key !== undefined) {
      this.#keyHashes.push(keyHash(command.accountId, key))
      this.#keySequences.push(sequence)
    }
    for (const accountId of accountsChangedBy(entry)) {
      this.#historyAccounts.push(accountId)
      this.#historySequences.push(sequence)
    }
  }

  toRows(): TableChanges {
    return {
      through: this.through,
      accounts: [...this.accounts.values()].map(accountToRow),
      transactions: [...this.transactions.values()].map(transactionToRow),
      keyHashes: this.#keyHashes,
      keySequences: this.#keySequences,
      historyAccounts: this.#historyAccounts,
      historySequences: this.#historySequences
    }
  }
}
