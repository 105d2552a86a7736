import type { AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import { keyOf } from '../domain/idempotency.js'
import { KeyedMap } from '../domain/keyed-map.js'
import { evolve } from '../domain/evolve.js'
import {
  isCountedTransaction,
  sequenceOfTransactionId,
  type HoldStatus,
  type TransactionState
} from '../domain/transaction.js'
import type { View } from '../domain/view.js'
import type { StoreSnapshot } from '../store/store.js'
import { RebuiltAccounts, type Origin } from './rebuilt-accounts.js'
import { relatedSequenceOf } from './replay.js'
import { SeenKeys } from './seen-keys.js'

/** How many entries are remembered because later ones may refer to them, before all are forgotten again. */
const ENTRIES_KEPT = 5_000

/**
 * The state that follows from the journal, as far as the rules ask for it. Of the transactions only those that refunds
 * and holds have changed are kept, and of each only how it stands, as a short text: the entry itself is read again. Of the
 * keys only a filter is kept: one that may have been used before is looked up in the index of the store.
 */
export class RebuiltBooks implements View {
  readonly accounts = new RebuiltAccounts()
  transactionCount = 0
  readonly #snapshot: StoreSnapshot
  readonly #standings = new Map<number, string>()
  readonly #entries = new Map<number, Entry>()
  readonly #seenKeys = new SeenKeys()
  /** The latest entry under each key of the entries that the index does not follow yet. */
  readonly #latestKeys = new KeyedMap<Entry>()
  /** What the next entry builds on beside accounts and transactions. */
  #keyed: Entry | undefined
  #origin: Origin | undefined

  constructor(snapshot: StoreSnapshot) {
    this.#snapshot = snapshot
  }

  /** How many refunded payments and holds there are. */
  get changedCount(): number {
    return this.#standings.size
  }

  /** The refunded payments and the holds, by sequence. */
  changed(): Iterable<number> {
    return this.#standings.keys()
  }

  hasChanged(sequence: number): boolean {
    return this.#standings.has(sequence)
  }

  /** Whether a transaction that the store keeps as refunded or as a hold stands as the journal says. */
  isAsRebuilt(stored: TransactionState): boolean {
    return this.#standings.get(stored.entry.sequence) === standingText(stored)
  }

  account(accountId: string): AccountState | undefined {
    return this.accounts.get(accountId, this.#origin)
  }

  /** The latest entry under the key of the entry that was recalled. */
  keyed(): Entry | undefined {
    return this.#keyed
  }

  transaction(transactionId: string): TransactionState | undefined {
    const sequence = sequenceOfTransactionId(transactionId) ?? 0
    const entry = this.#entries.get(sequence)
    return entry?.transactionId === transactionId ? stateOf(entry, this.#standings.get(sequence)) : undefined
  }

  /** Fetches what an entry builds on, as far as it is not at hand; most entries need nothing more. */
  recall(entry: Entry): void | Promise<void> {
    this.#keyed = undefined
    this.#origin = undefined
    const related = relatedSequenceOf(entry)
    const isRelatedKnown = related === undefined || this.#entries.has(related)
    // Of a refused attempt as well: it binds no key, and counts the attempts under it.
    const key = 'idempotencyKey' in entry.command ? entry.command.idempotencyKey : undefined
    const mayBeUsed = key !== undefined && this.#seenKeys.see(entry.command.accountId, key)
    const isAboutAccount = entry.account !== null && entry.command.type !== 'CreateAccount'
    if (isRelatedKnown && !mayBeUsed && !isAboutAccount) return
    return this.#fetch(entry, {
      related: isRelatedKnown ? undefined : related,
      key: mayBeUsed ? key : undefined,
      created: isAboutAccount ? this.accounts.createdSequenceOf(entry.command.accountId) : undefined
    })
  }

  async #fetch(
    entry: Entry,
    wanted: { related: number | undefined; key: string | undefined; created: number | undefined }
  ): Promise<void> {
    if (wanted.related !== undefined) {
      const found = await this.#read(wanted.related)
      if (found !== undefined) this.#remember(found)
    }
    if (wanted.created !== undefined) this.#origin = (await this.#read(wanted.created))?.account ?? undefined
    if (wanted.key !== undefined) this.#keyed = await this.#keyedBefore(entry, wanted.key)
  }

  async #keyedBefore(entry: Entry, idempotencyKey: string): Promise<Entry | undefined> {
    const { command, sequence, attempt } = entry
    const { accountId } = command
    const found =
      this.#latestKeys.get(accountId, idempotencyKey) ??
      (await this.#snapshot.keyedBefore({ accountId, idempotencyKey, sequence }))
    if (found !== undefined || attempt === 1 || this.#snapshot.keysForgottenThrough === 0) return found
    // Its earlier attempts are forgotten by now, and nobody can look them up: this entry alone tells of them.
    return { ...entry, sequence: 0, outcome: 'declined', attempt: attempt - 1 }
  }

  async #read(sequence: number): Promise<Entry | undefined> {
    const [found] = await this.#snapshot.journal({ after: sequence - 1, limit: 1 })
    return found?.entry
  }

  /** Applies the next entry, after it was recalled; throws where it contradicts what came before. */
  apply(entry: Entry): void {
    const changes = evolve(this, entry)
    if (isCountedTransaction(entry)) this.transactionCount++
    const key = keyOf(entry)
    if (key !== undefined && entry.sequence > this.#snapshot.tablesThrough) this.#latestKeys.set(key, entry)
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
