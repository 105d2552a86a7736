import { FOR_EVER, lifetimesAfter } from '../domain/key-lifetimes.js'
import { isSettingOf } from '../store/lifetimes-setting.js'
import type { StoreExamination, StoreSession, StoreSnapshot } from '../store/store.js'
import { BEGINNING, breaksOf, textBreakOf, type Link } from './chain-link.js'
import type { Checkpoint } from './checkpoint.js'
import { compareTables } from './compare-tables.js'
import { forgottenTooFar } from './forgotten-keys.js'
import { ProblemList, PROBLEMS_MAX, type VerificationProblem } from './problem-list.js'
import { messageOf, readable, readPage, type FoundEntry } from './read-entry.js'
import { RebuiltBooks } from './rebuilt-books.js'
import { RuleCheck } from './rule-check.js'
import { VerificationSince } from './verify-since.js'
import { unreadableLetters } from './unreadable-letters.js'
import { nextTurn } from '../timers.js'

export interface VerificationReport {
  readonly ok: boolean
  /** Journal entries checked: all, or those after the checkpoint. */
  readonly entries: number
  /** Accounts whose balances were rebuilt and compared. */
  readonly accounts: number
  /** Hex hash of the last entry. */
  readonly headHash: string
  /**
   * The entry from which on every entry is decided again and must come out as the rules say: 1, unless the ledger was
   * begun with an earlier version. With `since`, `null`: nothing is decided again.
   */
  readonly rulesFrom: number | null
  /** The first problems found, at most 100. */
  readonly problems: readonly VerificationProblem[]
}

/** How far a verification is. */
export interface VerificationProgress {
  /** Entries checked so far, of the total. */
  readonly entries: number
  readonly total: number
}

export interface VerifyOptions {
  /** Checks only what came after this moment, and that the present state follows from it. @default the whole journal */
  readonly since?: Checkpoint
  /** Told at the beginning and after every 1_000 entries, and waited for; what it throws or rejects with ends the verification and rejects it. */
  readonly onProgress?: (progress: VerificationProgress) => unknown
}

const OTHER_LIFETIMES = 'the store keeps other key lifetimes than the journal'

/**
 * Re-checks a ledger from its journal alone: the numbering, the hash chain, the double entry, every command decided again,
 * and everything that the store keeps compared with what follows from it. Runs on a snapshot, beside the running writer.
 * Reports what it finds and goes on; it rejects only where the store cannot be read at all.
 */
export async function verify(
  session: Pick<StoreSession, 'snapshot' | 'deadLetters'>,
  options: VerifyOptions = {}
): Promise<VerificationReport> {
  const { since, onProgress = () => undefined } = options
  const snapshot = await session.snapshot()
  try {
    const work =
      since === undefined ? new Verification(snapshot, onProgress) : new VerificationSince(snapshot, since, onProgress)
    const report = await work.run()
    const problems = [...report.problems, ...(await unreadableLetters(session))].slice(0, PROBLEMS_MAX)
    return { ...report, ok: problems.length === 0, problems }
  } finally {
    await snapshot.close()
  }
}

class Verification {
  readonly #snapshot: StoreSnapshot
  readonly #onProgress: (progress: VerificationProgress) => unknown
  readonly #problems = new ProblemList()
  readonly #rebuilt: RebuiltBooks
  readonly #rules: RuleCheck
  readonly #examination: StoreExamination
  #link: Link = BEGINNING
  #lifetimes = FOR_EVER

  constructor(snapshot: StoreSnapshot, onProgress: (progress: VerificationProgress) => unknown) {
    this.#snapshot = snapshot
    this.#onProgress = onProgress
    this.#rebuilt = new RebuiltBooks(snapshot)
    this.#rules = new RuleCheck(this.#rebuilt)
    this.#examination = snapshot.examine(0)
  }

  async run(): Promise<VerificationReport> {
    const { head, tablesThrough } = this.#snapshot
    let accounts = 0
    if (tablesThrough > head.sequence) {
      this.#report(
        head.sequence,
        null,
        `the tables follow the journal to entry ${tablesThrough}, where it has not come to`
      )
    }
    await this.#onProgress({ entries: 0, total: head.sequence })
    if (tablesThrough === 0) accounts = await compareTables(this.#snapshot, this.#rebuilt, this.#problems)
    for (let isMore = true; isMore && this.#link.sequence < head.sequence;) {
      const page = await readPage(this.#snapshot, this.#link.sequence, this.#problems)
      isMore = page.length > 0
      this.#examination.follow(readable(page).map(({ entry }) => entry))
      for (const found of page) {
        await this.#check(found)
        if (this.#link.sequence === tablesThrough)
          accounts = await compareTables(this.#snapshot, this.#rebuilt, this.#problems)
      }
      await this.#onProgress({ entries: this.#link.sequence, total: head.sequence })
      await nextTurn()
    }
    this.#checkHead()
    await this.#checkStore()
    const problems = this.#problems.with(this.#rules.problems)
    const { sequence: entries, hash: headHash } = this.#link
    return { ok: problems.length === 0, entries, accounts, headHash, rulesFrom: this.#rules.from, problems }
  }

  #checkHead(): void {
    const { head } = this.#snapshot
    const { sequence, hash, timestamp } = this.#link
    if (sequence !== head.sequence || hash !== head.hash) {
      this.#report(head.sequence, null, `the journal ends at entry ${sequence} and not at the recorded head`)
    }
    if (timestamp !== head.timestamp || this.#rebuilt.transactionCount !== head.transactionCount) {
      this.#report(head.sequence, null, 'the recorded head has another time or count of transactions than the journal')
    }
    if (!isSettingOf(this.#snapshot.settings, this.#lifetimes)) this.#report(head.sequence, null, OTHER_LIFETIMES)
  }

  /** What the store has beside accounts and transactions: an index that lacks a key lets it pay twice. */
  async #checkStore(): Promise<void> {
    const ledger = { lifetimes: this.#lifetimes, rulesFrom: this.#rules.from }
    const forgotten = await forgottenTooFar(this.#snapshot, ledger).catch(messageOf)
    if (forgotten !== undefined) this.#report(this.#snapshot.keysForgottenThrough, null, forgotten)
    for await (const { sequence, accountId, message } of this.#examination.problems()) {
      this.#report(sequence, accountId, message)
    }
  }

  /** Checks the next entry by itself, in its place, by the rules, and by what it does; goes on whatever it finds. */
  async #check({ stored, damage }: FoundEntry): Promise<void> {
    const before = this.#link
    const sequence = before.sequence + 1
    this.#link = { sequence, hash: stored.hash, timestamp: before.timestamp }
    if (damage !== undefined) this.#report(sequence, null, damage)
    if (!('entry' in stored)) {
      const broken = textBreakOf(before, stored)
      if (broken !== undefined) this.#report(sequence, null, broken)
      return
    }
    this.#link = { ...this.#link, timestamp: stored.entry.timestamp }
    const breaks = breaksOf(before, stored)
    for (const message of breaks) this.#report(sequence, null, message)
    try {
      const recalled = this.#rebuilt.recall(stored.entry)
      if (recalled !== undefined) await recalled
      const isSound = damage === undefined && breaks.length === 0
      const against = isSound ? this.#rules.contradictionOf(stored, this.#lifetimes) : undefined
      this.#lifetimes = lifetimesAfter(stored.entry, this.#lifetimes)
      this.#rebuilt.apply(stored.entry)
      if (isSound) this.#rules.note(stored, against)
    } catch (error) {
      this.#report(sequence, null, messageOf(error))
    }
  }

  #report(sequence: number | null, accountId: string | null, message: string): void {
    this.#problems.add(sequence, accountId, message)
  }
}
