import type { AccountState } from '../../domain/account.js'
import type { Entry } from '../../domain/entry.js'
import { invariant } from '../../domain/errors.js'
import { keyOf, keyText } from '../../domain/idempotency.js'
import { KeyedMap } from '../../domain/keyed-map.js'
import { accountsChangedBy, unchanged, type TransactionState } from '../../domain/transaction.js'
import { chainHash, GENESIS_HASH } from '../chain.js'
import { decodeEntry, encodeEntry } from '../codec.js'
import { selectDueHolds } from '../due-holds.js'
import { StoreLockedError, WriterFencedError } from '../errors.js'
import { lastUpTo, pageAfter, pageOf, sequenceAt, sequencesOf } from '../paging.js'
import type { DeadLetterQuery, StoredDeadLetter } from '../dead-letter.js'
import { Deadlines } from './deadlines.js'
import { Letters } from './letters.js'
import type {
  ChainedEntry,
  CommitGroup,
  ForgottenKeys,
  Head,
  HistoryPage,
  HistoryQuery,
  KeyName,
  Loaded,
  RecordedKey,
  Settings,
  Store,
  StoreExamination,
  StoreSession,
  StoreSnapshot,
  Wanted
} from '../store.js'

/**
 * A ledger in plain Maps, for tests and prototypes: gone with the process, otherwise like any other store. Opening it
 * again after a close goes on with the same ledger.
 */
export function memoryStore(): Store {
  const books = new MemoryBooks()
  let isOpen = false
  return {
    open() {
      if (isOpen) return Promise.reject(new StoreLockedError('this memory store'))
      isOpen = true
      return Promise.resolve(new MemorySession(books, () => (isOpen = false)))
    }
  }
}

/** Everything that a database would keep. */
class MemoryBooks {
  head: Head = { sequence: 0, timestamp: 0, transactionCount: 0 }
  /** Entry n is at index n − 1. */
  readonly entries: Entry[] = []
  /** Made when somebody looks, since nothing can be forged inside one process. */
  readonly chained: ChainedEntry[] = []
  readonly accounts = new Map<string, AccountState>()
  /** Only transactions that later entries have changed, and holds, by sequence. */
  readonly changed = new Map<number, TransactionState>()
  /** Account, then sequence, to the hold. */
  readonly #openHolds = new Map<string, Map<number, TransactionState>>()
  readonly #deadlines = new Deadlines()
  /** The latest entry under each key. */
  readonly keys = new KeyedMap<Entry>()
  keysForgottenThrough = 0
  /** The sequences that changed each account, as far as somebody has looked. */
  readonly #history = new Map<string, number[]>()
  #historyThrough = 0
  /** The sequences under each key, as far as somebody has looked. */
  readonly #keyHistory = new Map<string, number[]>()
  #keyHistoryThrough = 0
  readonly letters = new Letters()
  settings: Settings = {}

  chainThrough(sequence: number): readonly ChainedEntry[] {
    while (this.chained.length < sequence) {
      const encoded = encodeEntry(this.entries[this.chained.length]!)
      const previousHash = this.chained.at(-1)?.hash ?? GENESIS_HASH
      // Decoded again, so that a reader gets what a database would give.
      this.chained.push({ entry: decodeEntry(encoded), encoded, previousHash, hash: chainHash(previousHash, encoded) })
    }
    return this.chained
  }

  transaction(sequence: number): TransactionState | undefined {
    const entry = this.entries[sequence - 1]
    return this.changed.get(sequence) ?? (entry && unchanged(entry))
  }

  add(entry: Entry): void {
    this.entries.push(entry)
    const key = keyOf(entry)
    if (key !== undefined) this.keys.set(key, entry)
  }

  historyOf(accountId: string): readonly number[] {
    while (this.#historyThrough < this.entries.length) {
      const entry = this.entries[this.#historyThrough++]!
      for (const changed of accountsChangedBy(entry)) {
        const history = this.#history.get(changed)
        if (history === undefined) this.#history.set(changed, [entry.sequence])
        else history.push(entry.sequence)
      }
    }
    return this.#history.get(accountId) ?? []
  }

  change(state: TransactionState): void {
    this.changed.set(state.entry.sequence, state)
    const { accountId } = state.entry.command
    if (state.hold === null) return
    const open = this.#openHolds.get(accountId) ?? new Map<number, TransactionState>()
    this.#openHolds.set(accountId, open)
    if (state.hold.status === 'open') {
      open.set(state.entry.sequence, state)
      this.#deadlines.add({ deadline: state.hold.deadline, sequence: state.entry.sequence })
    } else {
      open.delete(state.entry.sequence)
      if (open.size === 0) this.#openHolds.delete(accountId)
    }
  }

  dueHolds(wanted: NonNullable<Wanted['dueHolds']>): TransactionState[] {
    if ('accounts' in wanted) {
      return selectDueHolds(
        wanted.accounts.flatMap(accountId => [...(this.#openHolds.get(accountId)?.values() ?? [])]),
        wanted
      )
    }
    return selectDueHolds(this.#earliest(wanted.dueAt, wanted.limit), wanted)
  }

  /** The first open holds that are due; those that have ended meanwhile are dropped on the way. */
  #earliest(dueAt: number, limit: number): readonly TransactionState[] {
    const due: TransactionState[] = []
    for (let first = this.#deadlines.first(); first !== undefined; first = this.#deadlines.first()) {
      if (first.deadline > dueAt || due.length === limit) break
      this.#deadlines.removeFirst()
      const state = this.changed.get(first.sequence)!
      if (state.hold?.status === 'open') due.push(state)
    }
    for (const { entry, hold } of due) this.#deadlines.add({ deadline: hold!.deadline, sequence: entry.sequence })
    return due
  }

  keyedBefore({ accountId, idempotencyKey, sequence }: RecordedKey): Entry | undefined {
    while (this.#keyHistoryThrough < this.entries.length) {
      const entry = this.entries[this.#keyHistoryThrough++]!
      const key = keyOf(entry)
      if (key === undefined) continue
      const name = keyText(entry.command.accountId, key)
      const history = this.#keyHistory.get(name)
      if (history === undefined) this.#keyHistory.set(name, [entry.sequence])
      else history.push(entry.sequence)
    }
    const before = lastUpTo(this.#keyHistory.get(keyText(accountId, idempotencyKey)) ?? [], sequence - 1)
    return before === undefined || before <= this.keysForgottenThrough ? undefined : this.entries[before - 1]
  }

  /** @returns whether the key led to this entry */
  forgetKey(entry: Entry): boolean {
    const key = keyOf(entry)
    return key !== undefined && this.keys.delete(key, entry)
  }
}

class MemorySession implements StoreSession {
  readonly head: Head
  readonly #books: MemoryBooks
  readonly #release: () => void

  constructor(books: MemoryBooks, release: () => void) {
    this.#books = books
    this.#release = release
    this.head = books.head
  }

  load(wanted: Wanted): Promise<Loaded> {
    const books = this.#books
    const due = wanted.dueHolds === undefined ? [] : books.dueHolds(wanted.dueHolds)
    return Promise.resolve({
      accounts: present(wanted.accounts.map(id => books.accounts.get(id))),
      keyed: present(wanted.keys.map(name => this.#keyed(name))),
      transactions: [...present(wanted.transactions.map(sequence => books.transaction(sequence))), ...due]
    })
  }

  #keyed({ accountId, idempotencyKey }: KeyName): Entry | undefined {
    return this.#books.keys.get(accountId, idempotencyKey)
  }

  commit(group: CommitGroup): Promise<void> {
    const books = this.#books
    if (group.expectedHead !== books.head.sequence) return Promise.reject(new WriterFencedError())
    for (const entry of group.entries) {
      invariant(entry.sequence === books.entries.length + 1, `entry ${entry.sequence} leaves a hole in the journal`)
      books.add(entry)
    }
    for (const account of group.accounts) books.accounts.set(account.accountId, account)
    for (const transaction of group.transactions) books.change(transaction)
    books.letters.apply(group.deadLetters ?? [])
    books.settings = { ...books.settings, ...group.settings }
    books.head = group.head
    return Promise.resolve()
  }

  journal(query: { after: number; through: number; limit: number }): Promise<readonly ChainedEntry[]> {
    const end = Math.min(query.after + query.limit, query.through, this.#books.entries.length)
    return Promise.resolve(this.#books.chainThrough(end).slice(query.after, end))
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    const { accountId } = query
    const books = this.#books
    const page = accountId === undefined ? sequencesOf(query) : pageOf(books.historyOf(accountId), query)
    const through = page.length < query.limit ? query.through : page.at(-1)!
    return Promise.resolve({ transactions: present(page.map(sequence => books.transaction(sequence))), through })
  }

  lastChange(accountId: string, through: number): Promise<Entry | undefined> {
    const sequence = lastUpTo(this.#books.historyOf(accountId), through)
    return Promise.resolve(sequence === undefined ? undefined : this.#books.entries[sequence - 1])
  }

  sequenceAt(timestamp: number): Promise<number> {
    const { entries } = this.#books
    return Promise.resolve(sequenceAt(timestamp, entries.length, sequence => entries[sequence - 1]!.timestamp))
  }

  snapshot(): Promise<StoreSnapshot> {
    const { head } = this.#books
    const chain = this.#books.chainThrough(head.sequence)
    const changed = [...this.#books.changed.values()].sort((one, other) => one.entry.sequence - other.entry.sequence)
    const accounts = [...this.#books.accounts.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
    return Promise.resolve({
      head: { ...head, hash: chain.at(head.sequence - 1)?.hash ?? GENESIS_HASH },
      tablesThrough: head.sequence,
      settings: this.#books.settings,
      keysForgottenThrough: this.#books.keysForgottenThrough,
      journal: ({ after, limit }: { after: number; limit: number }) =>
        Promise.resolve(chain.slice(after, Math.min(after + limit, head.sequence))),
      texts: ({ after, limit }: { after: number; limit: number }) =>
        Promise.resolve(chain.slice(after, Math.min(after + limit, head.sequence))),
      accounts: (query: { after: string; limit: number }) =>
        Promise.resolve(pageAfter(accounts, ({ accountId }) => accountId, query)),
      transactions: (query: { after: number; limit: number }) =>
        Promise.resolve(pageAfter(changed, ({ entry }) => entry.sequence, query)),
      lastChange: (accountId: string, through: number) => this.lastChange(accountId, Math.min(through, head.sequence)),
      keyedBefore: (key: RecordedKey) => Promise.resolve(this.#books.keyedBefore(key)),
      // What is in memory nobody has changed.
      examine: () => NOTHING_WRONG,
      close: () => Promise.resolve()
    })
  }

  forgetKeys({ recordedBefore, limit }: { recordedBefore: number; limit: number }): Promise<ForgottenKeys> {
    const books = this.#books
    let keys = 0
    for (let step = 0; step < limit; step++) {
      const entry = books.entries[books.keysForgottenThrough]
      if (entry === undefined || entry.timestamp >= recordedBefore) return Promise.resolve({ keys, mayHaveMore: false })
      if (books.forgetKey(entry)) keys++
      books.keysForgottenThrough++
    }
    return Promise.resolve({ keys, mayHaveMore: true })
  }

  deadLetters(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    return Promise.resolve(this.#books.letters.find(query))
  }

  settings(): Promise<Settings> {
    return Promise.resolve(this.#books.settings)
  }

  close(): Promise<void> {
    this.#release()
    return Promise.resolve()
  }
}

const NOTHING_WRONG: StoreExamination = {
  follow: () => undefined,
  async *problems() {}
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter(value => value !== undefined)
}
