import { isSystemAccount } from '../domain/account.js'
import { touchedAccounts, touchedTransaction } from '../domain/touches.js'
import { sequenceOfTransactionId } from '../domain/transaction.js'
import type { KeyName, StoreSession } from '../store/store.js'
import type { Job } from './job.js'
import type { WorkingSet } from './working-set.js'

/** How many rounds it can take until nothing more is found to load: ids, then what they point to, then its accounts. */
const ROUNDS_MAX = 4

/** Loads what a run of jobs touches, together rather than one by one. Raises `StoreUnavailableError`. */
export async function loadRun(jobs: readonly Job[], view: WorkingSet, session: StoreSession): Promise<void> {
  view.beginRun()
  const run = new RunLoader(view)
  let open = jobs
  for (let round = 0; round < ROUNDS_MAX && open.length > 0; round++) {
    open = open.filter(job => collects(run, job, round === 0))
    const wanted = run.takeWanted()
    if (wanted === undefined) return
    view.learn(await session.load(wanted))
  }
}

/** A command whose parts cannot be looked at needs nothing: its own handling meets the same, and says so to its caller. */
function collects(run: RunLoader, job: Job, isFirstRound: boolean): boolean {
  try {
    return run.collect(job, isFirstRound)
  } catch {
    return false
  }
}

class RunLoader {
  readonly #view: WorkingSet
  readonly #asked = new Set<string | number>()
  #accounts: string[] = []
  #transactions: number[] = []
  #keys: KeyName[] = []

  constructor(view: WorkingSet) {
    this.#view = view
  }

  /**
   * Notes what a job needs and is not known; returns whether what is loaded for it, or for another job, may tell of more:
   * a transaction names further accounts.
   */
  collect(job: Job, isFirstRound: boolean): boolean {
    if (job.kind === 'sweep') return false
    if (job.kind === 'read') {
      const { accountId, transactionId } = job.question
      if (accountId !== undefined) this.#wantAccount(accountId)
      if (transactionId === undefined) return false
      this.#wantTransaction(transactionId)
      // How a hold stands depends on what is due on its account.
      const found = this.#view.transaction(transactionId)
      if (found?.hold) this.#wantAccount(found.entry.command.accountId)
      return true
    }
    const { command, key } = job
    // What is known of a key in use is the latest. A command names its key: no object for each.
    if (isFirstRound && key !== undefined && key.latest === undefined) this.#keys.push(command as KeyName)
    for (const accountId of touchedAccounts(command, this.#view)) this.#wantAccount(accountId)
    const transactionId = touchedTransaction(command)
    if (transactionId === undefined) return false
    this.#wantTransaction(transactionId)
    return true
  }

  takeWanted(): Parameters<StoreSession['load']>[0] | undefined {
    const wanted = { accounts: this.#accounts, transactions: this.#transactions, keys: this.#keys }
    this.#accounts = []
    this.#transactions = []
    this.#keys = []
    return wanted.accounts.length + wanted.transactions.length + wanted.keys.length > 0 ? wanted : undefined
  }

  #wantAccount(accountId: string): void {
    // System accounts are known from the start: one that is not does not exist yet.
    if (isSystemAccount(accountId) || this.#asked.has(accountId) || this.#view.account(accountId) !== undefined) return
    this.#asked.add(accountId)
    this.#accounts.push(accountId)
  }

  #wantTransaction(transactionId: string): void {
    const sequence = sequenceOfTransactionId(transactionId)
    if (sequence === undefined || this.#asked.has(sequence) || this.#view.transactionAt(sequence) !== undefined) return
    this.#asked.add(sequence)
    this.#transactions.push(sequence)
  }
}
