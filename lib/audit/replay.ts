import type { AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import { keyOf } from '../domain/idempotency.js'
import { KeyedMap } from '../domain/keyed-map.js'
import { evolve, type Changes } from '../domain/evolve.js'
import { sequenceOfTransactionId, type TransactionState } from '../domain/transaction.js'
import type { View } from '../domain/view.js'

/**
 * The state that follows from a stretch of the journal. Whoever replays puts in what the entries build on, as far as it
 * is older than the stretch.
 */
export class Replay implements View {
  readonly accounts = new Map<string, AccountState>()
  readonly transactions = new Map<number, TransactionState>()
  /** The latest entry under each key. */
  readonly keys = new KeyedMap<Entry>()

  account(accountId: string): AccountState | undefined {
    return this.accounts.get(accountId)
  }

  keyed(accountId: string, idempotencyKey: string): Entry | undefined {
    return this.keys.get(accountId, idempotencyKey)
  }

  transaction(transactionId: string): TransactionState | undefined {
    const found = this.transactions.get(sequenceOfTransactionId(transactionId) ?? 0)
    return found?.entry.transactionId === transactionId ? found : undefined
  }

  noteKey(entry: Entry): void {
    const key = keyOf(entry)
    if (key !== undefined) this.keys.set(key, entry)
  }

  /** @throws InvariantError when the entry does not follow */
  apply(entry: Entry): Changes {
    const changes = evolve(this, entry)
    for (const account of changes.accounts) this.accounts.set(account.accountId, account)
    for (const state of changes.transactions) this.transactions.set(state.entry.sequence, state)
    this.noteKey(entry)
    return changes
  }
}

/** The earlier entry that an entry refers to: the refunded payment, the hold that ends. */
export function relatedSequenceOf({ command }: Entry): number | undefined {
  if ('originalTransactionId' in command) return sequenceOfTransactionId(command.originalTransactionId)
  return 'authorizationId' in command ? sequenceOfTransactionId(command.authorizationId) : undefined
}
