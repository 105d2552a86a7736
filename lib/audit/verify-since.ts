import { isCountedTransaction } from '../domain/transaction.js'
import type { ChainedEntry, StoreExamination, StoreSnapshot } from '../store/store.js'
import { BEGINNING, breaksOf, formBreakOf, linkOf, textBreakOf, type Link } from './chain-link.js'
import type { Checkpoint } from './checkpoint.js'
import { ProblemList } from './problem-list.js'
import { messageOf, readable, readEntry, readPage, type FoundEntry } from './read-entry.js'
import { StateSince } from './state-since.js'
import type { VerificationProgress, VerificationReport } from './verify.js'
import { nextTurn } from '../timers.js'

/**
 * Re-checks a ledger from a checkpoint on: that it still has the checkpoint's entry, every entry after it as a full
 * verification does, and that the present state follows. Entries before the checkpoint are not read again.
 */
export class VerificationSince {
  readonly #snapshot: StoreSnapshot
  readonly #since: Checkpoint
  readonly #onProgress: (progress: VerificationProgress) => unknown
  readonly #problems = new ProblemList()
  readonly #state: StateSince
  readonly #examination: StoreExamination
  #link: Link
  #transactionCount: number
  #accountCount = 0

  constructor(snapshot: StoreSnapshot, since: Checkpoint, onProgress: (progress: VerificationProgress) => unknown) {
    this.#snapshot = snapshot
    this.#since = since
    this.#onProgress = onProgress
    this.#state = new StateSince(snapshot, since, this.#problems)
    this.#examination = snapshot.examine(since.sequence)
    this.#link = since
    this.#transactionCount = since.transactionCount
  }

  async run(): Promise<VerificationReport> {
    const missed = await this.#missedCheckpoint()
    if (missed !== undefined) this.#problems.add(this.#since.sequence, null, missed)
    else await this.#checkEntries()
    const { problems } = this.#problems
    const entries = this.#link.sequence - this.#since.sequence
    return {
      ok: problems.length === 0,
      entries,
      accounts: this.#accountCount,
      headHash: this.#link.hash,
      rulesFrom: null,
      problems
    }
  }

  /** Why this is not the ledger that the checkpoint was taken of, or no longer. */
  async #missedCheckpoint(): Promise<string | undefined> {
    const since = this.#since
    const { head, tablesThrough } = this.#snapshot
    if (head.sequence < since.sequence)
      return `the journal ends at entry ${head.sequence}, before the checkpoint at ${since.sequence}: entries were cut off`
    const [text] = since.sequence === 0 ? [] : await this.#snapshot.texts({ after: since.sequence - 1, limit: 1 })
    const { stored, damage } = text === undefined ? NONE : readEntry(text)
    if (damage !== undefined || (stored !== undefined && !('entry' in stored)))
      return 'the entry of the checkpoint was damaged'
    const chained = stored
    const found = chained === undefined ? BEGINNING : linkOf(chained)
    if (found.sequence !== since.sequence || found.hash !== since.hash || found.timestamp !== since.timestamp)
      return 'the entry of the checkpoint has another hash: it or one before it was changed'
    if (chained !== undefined && (breaksOf(before(chained), chained).length > 0 || formBreakOf(chained) !== undefined))
      return 'the entry of the checkpoint was changed under its hash'
    if (tablesThrough < since.sequence || tablesThrough > head.sequence)
      return `the tables follow the journal to entry ${tablesThrough}, outside of what is to be checked`
    return undefined
  }

  async #checkEntries(): Promise<void> {
    const { head, tablesThrough } = this.#snapshot
    await this.#tell()
    if (tablesThrough === this.#link.sequence) await this.#compareTables()
    for (let isMore = true; isMore && this.#link.sequence < head.sequence;) {
      const page = await readPage(this.#snapshot, this.#link.sequence, this.#problems)
      isMore = page.length > 0
      this.#examination.follow(readable(page).map(({ entry }) => entry))
      for (const found of page) {
        await this.#check(found)
        if (this.#link.sequence === tablesThrough) await this.#compareTables()
      }
      await this.#tell()
      await nextTurn()
    }
    this.#checkHead()
    for await (const { sequence, accountId, message } of this.#examination.problems()) {
      this.#problems.add(sequence, accountId, message)
    }
  }

  async #check({ stored, damage }: FoundEntry): Promise<void> {
    const before = this.#link
    const sequence = before.sequence + 1
    this.#link = { sequence, hash: stored.hash, timestamp: before.timestamp }
    if (damage !== undefined) this.#problems.add(sequence, null, damage)
    if (!('entry' in stored)) {
      const broken = textBreakOf(before, stored)
      if (broken !== undefined) this.#problems.add(sequence, null, broken)
      return
    }
    const { entry } = stored
    this.#link = { ...this.#link, timestamp: entry.timestamp }
    try {
      const form = formBreakOf(stored)
      for (const message of [...breaksOf(before, stored), ...(form === undefined ? [] : [form])])
        this.#problems.add(sequence, null, message)
      if (isCountedTransaction(entry)) this.#transactionCount++
      await this.#state.apply(entry)
    } catch (error) {
      this.#problems.add(sequence, null, messageOf(error))
    }
  }

  async #compareTables(): Promise<void> {
    try {
      this.#accountCount = await this.#state.compare()
    } catch (error) {
      this.#problems.add(null, null, `the tables cannot be read: ${messageOf(error)}`)
    }
  }

  #checkHead(): void {
    const { head } = this.#snapshot
    const { sequence, hash, timestamp } = this.#link
    if (sequence !== head.sequence || hash !== head.hash)
      this.#problems.add(head.sequence, null, `the journal ends at entry ${sequence} and not at the recorded head`)
    if (timestamp !== head.timestamp || this.#transactionCount !== head.transactionCount) {
      const message = 'the recorded head has another time or count of transactions than the journal'
      this.#problems.add(head.sequence, null, message)
    }
  }

  async #tell(): Promise<void> {
    const { sequence } = this.#since
    await this.#onProgress({ entries: this.#link.sequence - sequence, total: this.#snapshot.head.sequence - sequence })
  }
}

const NONE = { stored: undefined, damage: undefined }

/** The link that an entry says it follows on; its time is not known. */
function before({ entry, previousHash }: ChainedEntry): Link {
  return { sequence: entry.sequence - 1, hash: previousHash, timestamp: 0 }
}
