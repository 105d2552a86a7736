import { OutcomeUnknownError, NotCommittedError, StoreLostError, WriterFencedError } from '../store/errors.js'
import type { StoreSession } from '../store/store.js'
import { forgottenBefore, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { Events } from '../observability/events.js'
import type { Retrying } from '../policies/retrying.js'
import { CommandCancelledError, ProcessorFailedError } from './errors.js'
import { Fifo } from './fifo.js'
import type { Answer, Group } from './group.js'
import type { Growth } from './growth.js'
import type { Lifecycle } from './lifecycle.js'
import type { DeadLetters } from './dead-letters.js'
import type { RecordedTime } from './recorded-time.js'
import { isTransient, Rescue } from './rescue.js'
import type { Turns } from './turns.js'
import type { WorkingSet } from './working-set.js'
import { monotonicMs } from '../timers.js'

/** How many journal entries one step of forgetting expired keys looks at. */
const FORGET_STEP = 1_000
/** The keys are swept this many times per lifetime, but not more often than the minimum. */
const SWEEPS_PER_KEY_LIFETIME = 100
const SWEEP_INTERVAL_MIN_MS = 1_000

/** What the store says of a commit that failed. Any other error leaves its outcome unknown. */
const KNOWN = [WriterFencedError, StoreLostError, NotCommittedError, OutcomeUnknownError] as const

interface Parts {
  readonly session: StoreSession
  readonly view: WorkingSet
  readonly lifecycle: Lifecycle
  readonly growth: Growth
  readonly time: RecordedTime
  readonly events: Events
  readonly turns: Turns
  readonly retrying: Retrying
  readonly letters: DeadLetters
  /** Told when a group was given up: `dropGivenUp` is to be called as soon as no command is being executed. */
  readonly onGivenUp: () => void
}

/**
 * Makes groups durable, one at a time, and gives their answers afterwards.
 *
 *     collecting ⇄ one commit in flight → stopped
 *                        ⇅ rescue
 *
 * A commit that certainly did not happen and may in a moment is left to the rescue. After any other that fails, nothing is
 * acknowledged any more: `stopped` holds the error for everything later.
 */
export class Committer {
  readonly #session: StoreSession
  readonly #view: WorkingSet
  readonly #lifecycle: Lifecycle
  readonly #growth: Growth
  readonly #time: RecordedTime
  readonly #events: Events
  readonly #turns: Turns
  readonly #rescue: Rescue
  readonly #letters: DeadLetters
  readonly #onGivenUp: () => void
  /** Why the group in flight was given up, until it is dropped together with what rests on it. */
  #givenUp: Error | undefined
  #stopped: Error | undefined
  #commit: Promise<void> | undefined
  /** Answers of durable groups that were not given yet. */
  readonly #due = new Fifo<Answer>()
  #isAnswering = false
  #answered: Promise<void> | undefined
  #sweep: Promise<void> | undefined
  #sweepDueAt = 0
  /** The lifetimes that the latest sweep went by. */
  #sweptBy: RecordedLifetimes | undefined

  constructor(parts: Parts) {
    this.#session = parts.session
    this.#view = parts.view
    this.#lifecycle = parts.lifecycle
    this.#growth = parts.growth
    this.#time = parts.time
    this.#events = parts.events
    this.#turns = parts.turns
    this.#rescue = new Rescue(parts)
    this.#letters = parts.letters
    this.#onGivenUp = parts.onGivenUp
  }

  /** Why nothing more is executed; `undefined` while all is well. */
  get stopped(): Error | undefined {
    return this.#stopped
  }

  /** Gives an answer as soon as everything that was seen for it is durable. */
  answerWhenDurable(answer: Answer): void {
    const { open, inFlight } = this.#view
    const isInFlight = inFlight !== undefined && answer.repeats !== undefined && inFlight.holds(answer.repeats)
    const seen = isInFlight || open.isEmpty ? inFlight : open
    if (seen !== undefined) seen.answers.push(answer)
    else if (this.#isAnswering) this.#due.enqueue(answer)
    else answer.give()
  }

  /** Sends the open group, unless it is empty or another is still on its way. */
  flush(): void {
    if (this.#view.inFlight !== undefined || this.#view.open.isEmpty || this.#stopped) return
    const group = this.#view.takeGroup()
    if (this.#events.heard['group:committed']) group.sentAt = monotonicMs()
    this.#commit = this.#send(group).then(
      () => this.#onDurable(group),
      (error: unknown) => this.#onCommitFailed(group, error)
    )
  }

  /** What a store throws instead of rejecting leaves no promise pending either. */
  #send(group: Group): Promise<void> {
    try {
      return this.#session.commit(group.toCommit())
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  /** Resolves when nothing is on its way to the store. */
  async settled(): Promise<void> {
    let commit: Promise<void> | undefined
    do {
      commit = this.#commit
      await commit
      await this.#answered
    } while (commit !== this.#commit)
    await this.#sweep
  }

  /** Stops for good because the ledger's state can no longer be trusted; groups not yet sent did not happen. */
  fail(cause: unknown): void {
    this.#stop(new ProcessorFailedError({ cause }), 'fail')
  }

  cancellation(cause: unknown): CommandCancelledError {
    return new CommandCancelledError('abort', { cause })
  }

  /** Settles every answer now: what is in flight may have happened, what is not did not. */
  abort(cause: unknown): void {
    this.#stopped ??= this.cancellation(cause)
    for (const answer of this.#due.drain()) answer.give()
    const { inFlight, open } = this.#view
    for (const answer of inFlight?.answers.splice(0) ?? []) answer.reject(new OutcomeUnknownError({ cause }))
    for (const answer of open.answers.splice(0)) answer.reject(this.cancellation(cause))
  }

  #onDurable(group: Group): void {
    const durationMs = group.sentAt === 0 ? 0 : monotonicMs() - group.sentAt
    this.#view.settle(group)
    this.flush()
    for (const answer of group.answers) this.#due.enqueue(answer)
    if (!this.#isAnswering) this.#answered = this.#giveAnswers()
    const { entries, sequence } = group
    if (group.sentAt !== 0) this.#events.emit('group:committed', { entries: entries.length, sequence, durationMs })
    this.#growth.notify()
    this.#sweepKeys(group)
  }

  /** Gives the answers of durable groups in order; callers who act on them get no more than a turn of the event loop. */
  async #giveAnswers(): Promise<void> {
    this.#isAnswering = true
    for (let answer = this.#due.dequeue(); answer !== undefined; answer = this.#due.dequeue()) {
      answer.give()
      const pause = this.#turns.pass()
      if (pause !== undefined) await pause
    }
    // In the same step as the last look, so that no answer can be left waiting in between.
    this.#isAnswering = false
  }

  #onCommitFailed(group: Group, error: unknown): void | Promise<void> {
    return isTransient(error) && this.#stopped === undefined
      ? this.#leaveToRescue(group, error)
      : this.#stopAfter(group, error)
  }

  async #leaveToRescue(group: Group, error: unknown): Promise<void> {
    const failure = await this.#rescue.tryAgain(group, error, () => this.#stopped === undefined)
    if (failure === undefined) return this.#onDurable(group)
    if (!isTransient(failure.error) || this.#stopped !== undefined) return this.#stopAfter(group, failure.error)
    try {
      const letters = await this.#rescue.putAside(group, failure)
      this.#letters.answerGroup(group, letters, failure.error)
    } catch {
      return this.#stopAfter(group, failure.error)
    }
    this.#givenUp = failure.error
    this.#onGivenUp()
  }

  /** Drops a group that was given up, and everything decided on top of it: none of it happened, nobody was told of it. */
  dropGivenUp(): boolean {
    const error = this.#givenUp
    if (error === undefined) return false
    this.#givenUp = undefined
    const { inFlight, open } = this.#view
    this.#view.revert()
    for (const answer of [...(inFlight?.answers ?? []), ...open.answers]) answer.reject(error)
    return true
  }

  #stopAfter(group: Group, error: unknown): void {
    const isFenced = error instanceof WriterFencedError
    const isKnown = KNOWN.some(kind => error instanceof kind)
    const failure = isKnown ? error : new OutcomeUnknownError({ cause: error })
    for (const answer of group.answers) answer.reject(failure)
    if (isFenced) this.#stop(error, 'fence')
    else this.#stop(new ProcessorFailedError({ cause: error }), 'fail')
  }

  #stop(reason: Error, event: 'fail' | 'fence'): void {
    const isFirst = this.#stopped === undefined
    this.#stopped ??= reason
    if (isFirst) {
      this.#lifecycle.send(event)
      this.#events.emit(event === 'fail' ? 'processor:failed' : 'processor:fenced', { error: reason })
    }
    for (const answer of this.#view.open.answers.splice(0)) answer.reject(reason)
    this.#growth.notify()
  }

  /**
   * Frees the space of keys past their horizon, in small steps beside the commits. Deciding never depends on it, and
   * while the clock is in doubt nothing is forgotten.
   */
  #sweepKeys({ timestamp: now, lifetimes }: Group): void {
    const { keyTtlMs } = lifetimes
    // Other lifetimes may make keys due long before the next sweep by the old ones.
    const isDue = now >= this.#sweepDueAt || lifetimes !== this.#sweptBy
    if (keyTtlMs === null || this.#sweep !== undefined || !isDue || !this.#time.isTrusted) return
    this.#sweptBy = lifetimes
    this.#sweepDueAt = now + Math.max(SWEEP_INTERVAL_MIN_MS, Math.floor(keyTtlMs / SWEEPS_PER_KEY_LIFETIME))
    this.#sweep = this.#forgetKeys(forgottenBefore(lifetimes, now)).finally(() => (this.#sweep = undefined))
  }

  async #forgetKeys(recordedBefore: number): Promise<void> {
    let mayHaveMore = true
    while (mayHaveMore && this.#time.isTrusted && this.#lifecycle.status === 'ready') {
      // A sweep that fails has lost nothing: the same keys are swept next time.
      const forgotten = await this.#session.forgetKeys({ recordedBefore, limit: FORGET_STEP }).catch(() => undefined)
      mayHaveMore = forgotten?.mayHaveMore ?? false
      if (forgotten !== undefined && forgotten.keys > 0) this.#events.emit('keys:forgotten', forgotten)
    }
  }
}
