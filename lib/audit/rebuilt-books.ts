import type { AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import { evolve } from '../domain/evolve.js'
import {
  isCountedTransaction,
  sequenceOfTransactionId,
  type HoldStatus,
  type TransactionState
} from '../domain/transaction.js'
import type { View } from '../domain/view.js'
import { RebuiltAccounts } from './rebuilt-accounts.js'
import { relatedSequenceOf } from './replay.js'

/** How many entries are remembered because later ones may refer to them, before all are forgotten again. */
const ENTRIES_KEPT = 5_000

/**
 * The state that follows from the journal, as far as `evolve` asks for it. Of the transactions only those that refunds
 * and holds have changed are kept, and of each only how it stands, as a short text: the entry itself is read again.
 */
export class RebuiltBooks implements View {
  readonly accounts = new RebuiltAccounts()
  transactionCount = 0
  readonly #readEntry: (sequence: number) => Promise<Entry | undefined>
  readonly #standings = new Map<number, string>()
  readonly #entries = new Map<number, Entry>()

  /** @param readEntry reads an entry of the journal that later ones refer to */
  constructor(readEntry: (sequence: number) => Promise<Entry | undefined>) {
    this.#readEntry = readEntry
  }

  /** How many refunded payments and holds there are. */
  get changedCount(): number {
    return this.#standings.size
  }

  /** Whether a transaction that the store keeps as refunded or as a hold stands as the journal says. */
  isAsRebuilt(stored: TransactionState): boolean {
    return this.#standings.get(stored.entry.sequence) === standingText(stored)
  }

  account(accountId: string): AccountState | undefined {
    return this.accounts.get(accountId)
  }

  keyed(): undefined {
    return undefined
  }

  transaction(transactionId: string): TransactionState | undefined {
    const sequence = sequenceOfTransactionId(transactionId) ?? 0
    const entry = this.#entries.get(sequence)
    return entry?.transactionId === transactionId ? stateOf(entry, this.#standings.get(sequence)) : undefined
  }

  /** Fetches the earlier transaction that an entry refers to, if any. */
  async recall(entry: Entry): Promise<void> {
    const sequence = relatedSequenceOf(entry)
    if (sequence === undefined || this.#entries.has(sequence)) return
    const found = await this.#readEntry(sequence)
    if (found !== undefined) this.#remember(found)
  }

  /** Applies the next entry, after it was recalled; throws where it contradicts what came before. */
  apply(entry: Entry): void {
    const changes = evolve(this, entry)
    if (isCountedTransaction(entry)) this.transactionCount++
    for (const account of changes.accounts) this.accounts.set(account)
    for (const state of changes.transactions) {
      this.#standings.set(state.entry.sequence, standingText(state))
      this.#remember(state.entry)
    }
  }

  #remember(entry: Entry): void {
    if (this.#entries.size >= ENTRIES_KEPT) this.#entries.clear()
    this.#entries.set(entry.sequence, entry)
  }
}

/** Refunded amounts, leg by leg, then how the hold stands and until when it may. */
function standingText({ refunded, hold }: TransactionState): string {
  return `${refunded.join(' ')},${hold?.status ?? ''},${hold?.deadline ?? ''}`
}

function stateOf(entry: Entry, standing = ',,'): TransactionState {
  const [refunded, status, deadline] = standing.split(',') as [string, HoldStatus | '', string]
  return {
    entry,
    refunded: refunded === '' ? [] : refunded.split(' ').map(BigInt),
    hold: status === '' ? null : { status, deadline: Number(deadline) }
  }
}
