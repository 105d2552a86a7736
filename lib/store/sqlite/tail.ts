import type { AccountState } from '../../domain/account.js'
import type { Entry } from '../../domain/entry.js'
import { keyOf, keyText } from '../../domain/idempotency.js'
import { accountsChangedBy, unchanged, type TransactionState } from '../../domain/transaction.js'
import type { CommitGroup, KeyName } from '../store.js'
import { TableChangesBuilder } from './table-changes.js'

/** A stretch of the journal that the tables do not show yet, kept in memory until they do. */
export class Tail {
  readonly after: number
  readonly changes: TableChangesBuilder
  readonly entries: Entry[] = []
  readonly #keyed = new Map<string, Entry>()
  readonly #history = new Map<string, number[]>()

  constructor(after: number) {
    this.after = after
    this.changes = new TableChangesBuilder(after)
  }

  add(group: CommitGroup): void {
    for (const entry of group.entries) {
      this.entries.push(entry)
      this.changes.add(entry)
      const key = keyOf(entry)
      if (key !== undefined) this.#keyed.set(keyText(entry.command.accountId, key), entry)
      for (const accountId of accountsChangedBy(entry)) {
        const history = this.#history.get(accountId)
        if (history === undefined) this.#history.set(accountId, [entry.sequence])
        else history.push(entry.sequence)
      }
    }
    for (const account of group.accounts) this.changes.accounts.set(account.accountId, account)
    for (const state of group.transactions) this.changes.transactions.set(state.entry.sequence, state)
  }

  account(accountId: string): AccountState | undefined {
    return this.changes.accounts.get(accountId)
  }

  keyed(key: KeyName): Entry | undefined {
    return this.#keyed.get(keyText(key.accountId, key.idempotencyKey))
  }

  /** How a transaction stands: one that this stretch changed, or one that it began. */
  transaction(sequence: number): TransactionState | undefined {
    const changed = this.changes.transactions.get(sequence)
    if (changed !== undefined) return changed
    const entry = this.entries[sequence - this.after - 1]
    return entry === undefined ? undefined : unchanged(entry)
  }

  history(accountId: string): readonly number[] {
    return this.#history.get(accountId) ?? []
  }
}
