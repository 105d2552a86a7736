import type { Command, RecordedCommand } from '../domain/command.js'
import { decide } from '../domain/decide.js'
import type { Decision } from '../domain/decision.js'
import { InvariantError } from '../domain/errors.js'
import { evolve } from '../domain/evolve.js'
import { differingFields } from '../domain/idempotency.js'
import type { TransactionState } from '../domain/transaction.js'
import { StoreUnavailableError } from '../store/errors.js'
import type { StoreSession } from '../store/store.js'
import { adoptRules } from './adopt-rules.js'
import { Committer } from './committer.js'
import { Contexts } from './contexts.js'
import { DeadLetters } from './dead-letters.js'
import { Growth } from './growth.js'
import { HoldExpiry } from './hold-expiry.js'
import type { CommandJob, Job, ReadJob } from './job.js'
import type { KeysInUse } from './keys-in-use.js'
import { prepareEntry } from './prepare-entry.js'
import { createLifecycle, type Lifecycle } from './lifecycle.js'
import { loadRun } from './run-loader.js'
import { Runs, type Run } from './runs.js'
import { measureExecution } from './measure-execution.js'
import { RecordedTime } from './recorded-time.js'
import { CLOCK_SETTING } from './saved-jump.js'
import { createTaskQueue, letNextBegin, NO_ID } from './task-queue.js'
import { Turns } from './turns.js'
import type { WorkerOptions } from './worker-options.js'
import { WorkingSet } from './working-set.js'
import { clearInterval, monotonicMs, setInterval } from '../timers.js'

/**
 * The single writer. Jobs come in through one p-queue, in runs, and are executed one at a time: load (for a whole run),
 * decide, stage. What is staged becomes durable in groups, and only then answers are given. The states are in
 * `lifecycle.ts`; this class moves between idle and draining, the committer to failed and fenced.
 */
export class Worker {
  readonly lifecycle: Lifecycle = createLifecycle()
  readonly growth = new Growth()
  readonly letters: DeadLetters
  readonly time: RecordedTime
  readonly #queue = createTaskQueue()
  readonly #session: StoreSession
  readonly #options: WorkerOptions
  readonly #view: WorkingSet
  readonly #committer: Committer
  readonly #expiry: HoldExpiry
  readonly #turns: Turns
  readonly #contexts = new Contexts()
  readonly #sweepTimer: NodeJS.Timeout
  #isSweepQueued = false
  readonly #runs = new Runs()

  static async start(session: StoreSession, options: WorkerOptions): Promise<Worker> {
    const { head, lifetimes } = await adoptRules(session, options.lifetimes)
    const view = new WorkingSet(head, lifetimes)
    const letters = await DeadLetters.open(session, view, options.events)
    view.learn(await session.load({ accounts: options.systemAccounts, keys: [], transactions: [] }))
    // Last, since it starts a timer: an opening that fails leaves nothing running.
    const worker = new Worker(session, { ...options, view, letters })
    session.onLost?.(error => worker.#committer.fail(error))
    worker.lifecycle.send('open')
    return worker
  }

  private constructor(session: StoreSession, options: WorkerOptions & { view: WorkingSet; letters: DeadLetters }) {
    this.#session = session
    this.#options = options
    this.#view = options.view
    this.letters = options.letters
    this.#turns = new Turns(() => this.#committer.flush())
    this.time = new RecordedTime({ ...options, head: () => this.#view.head, save: text => this.#saveClock(text) })
    this.#committer = new Committer({
      ...options,
      session,
      time: this.time,
      lifecycle: this.lifecycle,
      growth: this.growth,
      turns: this.#turns,
      onGivenUp: () => void (this.#queue.pending === 0 && this.#dropGivenUp())
    })
    this.#expiry = new HoldExpiry(this.#view, session)
    this.#sweepTimer = setInterval(() => this.#queueSweep(), options.sweepIntervalMs).unref()
  }

  /** Why nothing is executed any more; `undefined` while all is well. */
  get stopped(): Error | undefined {
    return this.#committer.stopped
  }

  /** The idempotency keys of all commands without an answer. */
  get keys(): KeysInUse {
    return this.#view.keys
  }

  /** Whether a command asks for the same as one that waits under its key, as far as that is known before it is loaded. */
  isTwin(command: Command, other: Command): boolean {
    return differingFields(command, other, this.#view).length === 0
  }

  /** The last entry that is known to be durable. */
  get durable(): number {
    const { inFlight, open } = this.#view
    return (inFlight ?? open).expectedHead
  }

  push(job: Job): void {
    if (job.kind === 'command' && this.#options.events.heard['command:executed']) job.submittedAt = monotonicMs()
    this.lifecycle.work()
    if (this.#runs.add(job)) void this.#queue.add(this.#next, NO_ID)
  }

  /** Resolves when everything pushed so far is executed and durable, or has failed. Nothing may be pushed after it. */
  async drained(): Promise<void> {
    clearInterval(this.#sweepTimer)
    await this.#queue.onIdle()
    await this.#committer.settled()
    this.growth.end()
  }

  /** Settles every caller at once; what was not sent to the store did not happen. */
  abort(cause: unknown): void {
    const error = this.#committer.cancellation(cause)
    for (const job of this.#runs.drain()) if (job.kind !== 'sweep') job.reject(error)
    this.#committer.abort(cause)
    this.growth.notify()
  }

  /** Executes the next run. Runs inside the p-queue, and never throws. */
  readonly #next = async (): Promise<void> => {
    const run = this.#runs.next()
    if (run === undefined) return
    try {
      // Callers who were answered together come back one after the other: all of them belong to this run.
      await Promise.resolve()
      this.#runs.close(run)
      while (run.size > 0) if (await this.#load(run)) await this.#drain(run)
      this.#rest()
    } catch (cause) {
      this.#committer.fail(cause)
      for (let job = run.dequeue(); job !== undefined; job = run.dequeue()) this.#refuse(job)
    }
    letNextBegin()
  }

  /** Loads what a run touches; where that fails, its first job hears of it. */
  async #load(run: Run): Promise<boolean> {
    this.#dropGivenUp()
    try {
      await loadRun(run.peek(run.size), this.#view, this.#session)
      return true
    } catch (cause) {
      const job = run.dequeue()
      if (job !== undefined && job.kind !== 'sweep') job.reject(new StoreUnavailableError({ cause }))
      return false
    }
  }

  /** Executes a run to its end, or until what was loaded for it does not count any more. */
  async #drain(run: Run): Promise<void> {
    while (!this.#dropGivenUp()) {
      const job = run.dequeue()
      if (job === undefined) return
      try {
        const execution = this.#execute(job)
        if (execution !== undefined) await execution
      } catch (cause) {
        this.#onThrown(job, cause)
      }
      const pause = this.#turns.pass()
      if (pause !== undefined) await pause
    }
  }

  /** Whatever is thrown on the way to a decision is heard by the caller; what is no fault of the command stops the writer. */
  #onThrown(job: Job, cause: unknown): void {
    if (job.kind === 'command' && job.decision === undefined && !(cause instanceof InvariantError)) {
      this.#committer.answerWhenDurable(this.letters.putAside(job, cause, this.time.now()))
    } else {
      this.#committer.fail(cause)
      this.#refuse(job, cause instanceof InvariantError ? cause : this.stopped)
    }
  }

  #refuse(job: Job, error = this.stopped): void {
    if (job.kind !== 'sweep') job.reject(error)
  }

  #execute(job: Job): void | Promise<void> {
    const now = this.time.now()
    if (job.kind === 'sweep') return this.#sweep(now)
    if (this.stopped === undefined && job.begin(this.time)) {
      const accounts = this.#expiry.accountsDue(job, now)
      if (accounts.length > 0) return this.#executeAfterExpiry(job, accounts, now)
    }
    this.#run(job, now)
  }

  async #executeAfterExpiry(job: CommandJob | ReadJob, accounts: readonly string[], now: number): Promise<void> {
    try {
      await this.#release(await this.#expiry.dueHolds(accounts, now), now)
    } catch (cause) {
      if (cause instanceof InvariantError) this.#committer.fail(cause)
      else job.reject(new StoreUnavailableError({ cause }))
    }
    this.#run(job, now)
  }

  #run(job: CommandJob | ReadJob, now: number): void {
    if (this.stopped !== undefined) job.reject(this.stopped)
    else if (!job.isSettled) {
      if (job.kind === 'read') {
        job.read(this.#view)
        this.#committer.answerWhenDurable(job)
      } else if (job.submittedAt === 0) this.#executeCommand(job, now)
      else this.#executeMeasured(job, now)
    }
  }

  /** Apart, so that only what is measured pays for a closure. */
  #executeMeasured(job: CommandJob, now: number): void {
    measureExecution(job, this.#options.events, () => this.#executeCommand(job, now))
  }

  #executeCommand(job: CommandJob, now: number): void {
    const decision = this.#decide(job.command, now, job.joinsAfter)
    job.decision = decision
    this.letters.onDecided(job.command, decision)
    this.#committer.answerWhenDurable(job)
  }

  /** Records a command of the ledger's own. To be called in the order of the queue. */
  record(command: RecordedCommand): void {
    this.#decide(command, this.time.now())
  }

  /** Decides, and stages what is to be recorded. */
  #decide(command: RecordedCommand, now: number, joinsAfter?: number): Decision {
    const decision = decide(command, this.#view, this.#contexts.next(this.#view.open, now, joinsAfter))
    if (decision.kind === 'record') {
      this.#view.stage(decision.entry, evolve(this.#view, decision.entry))
      prepareEntry(this.#session, decision.entry)
      const { command: recorded, outcome, timestamp } = decision.entry
      if (recorded.type === 'AuthorizePayment' && outcome === 'approved') {
        this.#expiry.onAuthorized(recorded.accountId, timestamp + recorded.expiresInMs)
      }
    }
    return decision
  }

  /** Records the end of holds that are due. */
  async #release(holds: readonly TransactionState[], now: number): Promise<void> {
    for (const { entry } of holds) {
      const { accountId } = entry.command
      this.#decide({ type: 'ExpireHold', accountId, authorizationId: entry.transactionId! }, now)
      await this.#turns.pass()
    }
  }

  /** Goes with what is decided next, or with the sweep. */
  #saveClock(text: string): void {
    this.#view.open.settings = { ...this.#view.open.settings, [CLOCK_SETTING]: text }
    this.#queueSweep()
  }

  #queueSweep(): void {
    if (this.#isSweepQueued || this.lifecycle.status !== 'ready' || this.stopped !== undefined) return
    this.#isSweepQueued = true
    this.push({ kind: 'sweep' })
  }

  /** One small step of releasing holds that nobody looks at; more of them wait behind the commands that came meanwhile. */
  async #sweep(now: number): Promise<void> {
    this.#isSweepQueued = false
    if (this.stopped !== undefined || this.lifecycle.status !== 'ready') return
    try {
      const { holds, mayHaveMore } = await this.#expiry.someDueHolds(now)
      await this.#release(holds, now)
      // The store shows them as open until they are durable: only then does it find the next ones.
      if (mayHaveMore) this.#committer.answerWhenDurable({ give: () => this.#queueSweep(), reject: () => undefined })
    } catch (cause) {
      // A store that cannot be read now is asked again at the next sweep; a broken rule stops the writer.
      if (cause instanceof InvariantError) this.#committer.fail(cause)
    }
  }

  /** Hands a group over when there is nothing left to add to it now; otherwise the next turn or commit does. */
  #rest(): void {
    if (this.#runs.hasWaiting) return
    this.#committer.flush()
    this.lifecycle.rest()
  }

  /** Whether what was decided on top of a group that was given up went with it, and what was loaded does not count. */
  #dropGivenUp(): boolean {
    if (!this.#committer.dropGivenUp()) return false
    this.#expiry.forgetDeadlines()
    this.time.saveAgain()
    return true
  }
}
