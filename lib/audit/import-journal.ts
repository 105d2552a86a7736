import type { AccountState } from '../domain/account.js'
import { callbackField, hasMethod } from '../domain/callable.js'
import { BursarError, InvalidRequestError, invariant } from '../domain/errors.js'
import { fieldsOf, shapeOf } from '../domain/known-fields.js'
import { show } from '../domain/show.js'
import { lifetimesAfter, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import { isCountedTransaction, unchanged, type TransactionState } from '../domain/transaction.js'
import { lifetimesIn, lifetimesSetting } from '../store/lifetimes-setting.js'
import { areRulesEarlierIn, rulesSetting } from '../store/rules-setting.js'
import { storeField } from '../store/store-field.js'
import type { ChainedEntry, Head, Settings, Store, StoreSession } from '../store/store.js'
import { BEGINNING, breaksOf, formBreakOf, linkOf, type Link } from './chain-link.js'
import { checkpointField, type Checkpoint } from './checkpoint.js'
import { misshapenField } from './entry-shape.js'
import { parseNdjsonLine } from './journal-lines.js'
import { loadReplay } from './load-replay.js'
import { messageOf } from './read-entry.js'
import { contradictionOf } from './redecide.js'
import type { Replay } from './replay.js'
import { nextTurn } from '../timers.js'

export interface ImportJournalOptions {
  /** An empty store, or one in which an import of the same journal was interrupted; nobody else may have it open. */
  readonly store: Store
  /** The lines of an export as `ndjson`, with or without their line ends. */
  readonly lines: AsyncIterable<string> | Iterable<string>
  /** What the journal must contain; without it a file that was cut off at the end cannot be told from a shorter one. */
  readonly checkpoint?: Checkpoint
  /**
   * The file was begun by an earlier version of Bursar, under other rules: entries before the adoption of the present ones
   * are taken as they are, if their balances follow. @default false
   */
  readonly earlierRules?: boolean
  /** Told after every 500 entries and at the end, and waited for; what it throws or rejects with ends the import. */
  readonly onProgress?: (progress: { readonly entries: number }) => unknown
}

const IMPORT_OPTIONS = shapeOf<ImportJournalOptions>('ImportJournalOptions', {
  store: true,
  lines: true,
  checkpoint: true,
  earlierRules: true,
  onProgress: true
})

export interface ImportJournalReport {
  /** Entries of the journal, as far as the lines went. */
  readonly entries: number
  /** Those of them that were not in the store before. */
  readonly imported: number
  /** Hex hash of the last entry: the exporter's. */
  readonly headHash: string
}

/** A line is not what the journal that is imported must have there. Nothing from this line on was imported. */
export class JournalImportError extends BursarError {
  override readonly name = 'JournalImportError'
  readonly code = 'ERR_JOURNAL_IMPORT'
  readonly retryable = false
  /** From 1. */
  readonly line: number
  constructor(line: number, found: string, options?: ErrorOptions) {
    super(
      `Expected line ${line} to continue the journal, got a problem: ${found}. Nothing from this line on was imported; ` +
        'importing an undamaged export of the same journal into this store goes on where this one ended.',
      options
    )
    this.line = line
  }
}

interface Line {
  readonly number: number
  readonly chained: ChainedEntry
}

/** How many entries are committed at once: bounds memory, and what an interruption loses. */
const BATCH_LENGTH = 500

/**
 * Fills a store with an exported journal. Every hash is recomputed and every command is decided again on the way, so that
 * the entries are what the rules give, and the state and the head are the exporter's. What was imported before an interruption is compared and not imported again.
 *
 * Rejects with `InvalidRequestError` (a malformed checkpoint), `JournalImportError`, and what opening and writing a store
 * rejects with.
 */
export async function importJournal(options: ImportJournalOptions): Promise<ImportJournalReport> {
  const given = fieldsOf(options, IMPORT_OPTIONS)
  const store = storeField(given.store)
  const { onProgress } = given
  if (onProgress !== undefined) callbackField(onProgress, 'onProgress')
  if (given.earlierRules !== undefined && typeof given.earlierRules !== 'boolean') {
    throw new InvalidRequestError(`Expected earlierRules to be true or false, got ${show(given.earlierRules)}.`)
  }
  const checkpoint =
    given.checkpoint === undefined ? undefined : checkpointField(given.checkpoint, 'options.checkpoint')
  // Before anything is waited for: a readline interface keeps its lines only for who has begun to iterate.
  const lines = begun(given.lines)
  let session: StoreSession | undefined
  try {
    session = await store.open()
    const settings = await session.settings()
    const areRulesEarlier = given.earlierRules === true || areRulesEarlierIn(settings)
    const known = { areRulesEarlier, lifetimes: lifetimesIn(settings) }
    return await new JournalImport(session, { checkpoint, onProgress }, known).run(lines)
  } finally {
    await session?.close()
    await lines.return()
  }
}

/** Lines whose iteration has begun. */
function begun(lines: ImportJournalOptions['lines'] | undefined) {
  const iterator = hasMethod(lines, Symbol.asyncIterator)
    ? (lines as AsyncIterable<string>)[Symbol.asyncIterator]()
    : hasMethod(lines, Symbol.iterator)
      ? (lines as Iterable<string>)[Symbol.iterator]()
      : undefined
  if (iterator === undefined) {
    throw new InvalidRequestError(`Expected lines to be an iterable of text, got ${show(lines)}.`)
  }
  return {
    [Symbol.asyncIterator]: () => ({ next: async () => iterator.next() }),
    /** Lets the lines go, whether they came to their end or not. */
    return: async () => iterator.return?.()
  }
}

class JournalImport {
  readonly #session: StoreSession
  readonly #checkpoint: Checkpoint | undefined
  readonly #onProgress: ImportJournalOptions['onProgress']
  #head: Head
  #link: Link | undefined
  #batch: Line[] = []
  #imported = 0
  /** True while the entries come from an earlier version and follow its rules. */
  #areRulesEarlier: boolean
  /** The lifetimes of keys after the last entry taken. */
  #lifetimes: RecordedLifetimes
  /** True if the store must record the rules; a ledger under the present rules records nothing. */
  readonly #tellsRules: boolean

  constructor(
    session: StoreSession,
    { checkpoint, onProgress }: Pick<ImportJournalOptions, 'checkpoint' | 'onProgress'>,
    { areRulesEarlier, lifetimes }: { readonly areRulesEarlier: boolean; readonly lifetimes: RecordedLifetimes }
  ) {
    this.#session = session
    this.#checkpoint = checkpoint
    this.#onProgress = onProgress
    this.#head = session.head
    this.#areRulesEarlier = areRulesEarlier
    this.#tellsRules = areRulesEarlier
    this.#lifetimes = lifetimes
  }

  async run(lines: AsyncIterable<string>): Promise<ImportJournalReport> {
    let number = 0
    for await (const text of lines) {
      number++
      const line = text.replace(/\r?\n$/, '')
      if (line === '') continue
      this.#batch.push({ number, chained: await this.#check(number, line) })
      if (this.#batch.length === BATCH_LENGTH) await this.#flush()
    }
    const end = this.#link ?? (await this.#storedLink(this.#head.sequence))
    if (this.#checkpoint !== undefined && end.sequence < this.#checkpoint.sequence) {
      const found = `the journal ends at entry ${end.sequence}, before the checkpoint at ${this.#checkpoint.sequence}`
      throw new JournalImportError(number + 1, found)
    }
    if (this.#batch.length > 0) await this.#flush()
    const stored = await this.#storedLink(end.sequence)
    invariant(stored.hash === end.hash, `the store hashed entry ${end.sequence} otherwise than the exporter`)
    return { entries: end.sequence, imported: this.#imported, headHash: end.hash }
  }

  /** The entry of a line, if it follows on the one before. */
  async #check(number: number, line: string): Promise<ChainedEntry> {
    const chained = parseNdjsonLine(line)
    if (chained === undefined) throw new JournalImportError(number, 'no line of an export as ndjson')
    const { entry, hash } = chained
    this.#link ??= await this.#beginning(number, entry.sequence)
    const [found] = breaksOf(this.#link, chained)
    if (found !== undefined) throw new JournalImportError(number, found)
    const field = misshapenField(entry)
    if (field !== undefined) throw new JournalImportError(number, `${field} is not what an entry can have`)
    this.#link = linkOf(chained)
    if (entry.sequence === this.#checkpoint?.sequence && hash !== this.#checkpoint.hash)
      throw new JournalImportError(number, `entry ${entry.sequence} has not the hash of the checkpoint`)
    return chained
  }

  /** What the first line must follow on. */
  async #beginning(number: number, sequence: number): Promise<Link> {
    if (!(sequence >= 1 && sequence <= this.#head.sequence + 1)) {
      throw new JournalImportError(number, `entry ${sequence}, and the store ends at ${this.#head.sequence}`)
    }
    const checkpoint = this.#checkpoint
    if (checkpoint !== undefined && checkpoint.sequence < sequence) {
      const { hash } = await this.#storedLink(checkpoint.sequence)
      if (hash !== checkpoint.hash)
        throw new JournalImportError(number, 'the store holds another journal than the checkpoint is of')
    }
    return this.#storedLink(sequence - 1)
  }

  async #storedLink(sequence: number): Promise<Link> {
    if (sequence === 0) return BEGINNING
    const [chained] = await this.#session.journal({ after: sequence - 1, through: sequence, limit: 1 })
    invariant(chained !== undefined, `the store does not have entry ${sequence}`)
    return linkOf(chained)
  }

  /** Compares what the store has already, and commits the rest. */
  async #flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    const first = batch[0]!.chained.entry.sequence
    const stored = await this.#session.journal({
      after: first - 1,
      through: this.#head.sequence,
      limit: batch.length
    })
    for (const [index, { entry, hash }] of stored.entries()) {
      const { number, chained } = batch[index]!
      if (chained.hash !== hash) throw new JournalImportError(number, `the store holds another entry ${entry.sequence}`)
    }
    const added = batch.slice(stored.length)
    if (added.length > 0) await this.#commit(added)
    await this.#onProgress?.({ entries: batch.at(-1)!.chained.entry.sequence })
    await nextTurn()
  }

  async #commit(lines: readonly Line[]): Promise<void> {
    const replay = await loadReplay(
      this.#session,
      lines.map(({ chained }) => chained.entry),
      this.#head.sequence
    )
    const accounts = new Map<string, AccountState>()
    const transactions = new Map<number, TransactionState>()
    let { transactionCount } = this.#head
    let settings: Settings | undefined
    for (const { number, chained } of lines) {
      const { entry } = chained
      const against = this.#ruleBreakOf(chained, replay)
      if (against !== undefined) throw new JournalImportError(number, against)
      try {
        const created = entry.command.type === 'CreateAccount' ? entry.account?.accountId : undefined
        invariant(created === undefined || !replay.accounts.has(created), `account ${created} exists already`)
        const changes = replay.apply(entry)
        for (const account of changes.accounts) accounts.set(account.accountId, account)
        for (const state of changes.transactions) transactions.set(state.entry.sequence, state)
      } catch (cause) {
        throw new JournalImportError(number, 'an entry that does not follow from those before (see cause)', { cause })
      }
      const fresh = unchanged(entry)
      if (fresh !== undefined && !transactions.has(entry.sequence)) replay.transactions.set(entry.sequence, fresh)
      if (isCountedTransaction(entry)) transactionCount++
      this.#lifetimes = lifetimesAfter(entry, this.#lifetimes)
      if (entry.lifetimes !== undefined) settings = lifetimesSetting(entry.lifetimes)
    }
    const entries = lines.map(({ chained }) => chained.entry)
    const { sequence, timestamp } = entries.at(-1)!
    const head = { sequence, timestamp, transactionCount }
    const changed = { accounts: [...accounts.values()], transactions: [...transactions.values()] }
    if (this.#tellsRules) settings = { ...settings, ...rulesSetting(this.#areRulesEarlier ? 'earlier' : 'present') }
    await this.#session.commit({
      expectedHead: this.#head.sequence,
      entries,
      ...changed,
      ...(settings && { settings }),
      head
    })
    this.#head = head
    this.#imported += entries.length
  }

  /** Checks an entry against the present rules; the rules of earlier versions are no longer known. */
  #ruleBreakOf(chained: ChainedEntry, replay: Replay): string | undefined {
    if (chained.entry.command.type === 'AdoptRules') this.#areRulesEarlier = false
    if (this.#areRulesEarlier) return formBreakOf(chained)
    try {
      const against = contradictionOf(chained, replay, this.#lifetimes)
      return against && (formBreakOf(chained) ?? against)
    } catch (error) {
      return messageOf(error)
    }
  }
}
