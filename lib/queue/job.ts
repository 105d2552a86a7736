import type { Command } from '../domain/command.js'
import type { Decision } from '../domain/decision.js'
import { resultOf, type CommandResult } from '../domain/result.js'
import { Call, type CallerOptions, type CallOrigin } from './call.js'
import type { Answer } from './group.js'
import type { KeyInUse } from './keys-in-use.js'
import type { WorkingSet } from './working-set.js'

/** One place in the queue: a command to execute, a question to answer from what the commands before it left, or upkeep. */
export type Job = CommandJob | ReadJob | SweepJob

/** Once it is decided, it is what its caller will hear when everything that the decision saw is durable. */
export class CommandJob extends Call<CommandResult> implements Answer {
  readonly kind = 'command'
  readonly command: Command
  /** When it was submitted, by the monotonic clock, while somebody listens to `command:executed`; 0 otherwise. */
  submittedAt = 0
  decision: Decision | undefined
  /** The idempotency key that it uses until it is answered. */
  key: KeyInUse | undefined

  /** The last durable entry when it came, where others waited under its key; see `Context`. */
  joinsAfter: number | undefined

  constructor(command: Command, origin: CallOrigin, options?: CallerOptions) {
    super(origin, options)
    this.command = command
  }

  get executed(): Command | undefined {
    return this.decision?.kind === 'reject' ? undefined : this.command
  }

  get repeats(): number | undefined {
    return this.decision?.kind === 'replay' ? this.decision.entry.sequence : undefined
  }

  give(): void {
    const decision = this.decision!
    if (decision.kind === 'reject') this.reject(decision.error)
    else if (decision.kind === 'record' && decision.refusal !== null) this.reject(decision.refusal)
    else this.resolve()
  }

  protected override answerNow(): CommandResult {
    const decision = this.decision as Exclude<Decision, { kind: 'reject' }>
    return resultOf(decision.entry, decision.kind === 'replay')
  }
}

/** What is asked, about an account or a transaction that is loaded for it. */
export interface Question<T> {
  readonly accountId?: string
  readonly transactionId?: string
  /** Answers from what is loaded; may throw a typed error, which becomes the answer. */
  readonly read: (view: WorkingSet) => T
}

/** Once it is read, it is its own answer, as a command is. */
export class ReadJob extends Call<unknown> implements Answer {
  readonly kind = 'read'
  readonly question: Question<unknown>
  #value: unknown
  #refusal: { readonly error: unknown } | undefined

  constructor(question: Question<unknown>, origin: CallOrigin) {
    super(origin)
    this.question = question
  }

  /** Reads now; what the reading throws is the answer, too. */
  read(view: WorkingSet): void {
    try {
      this.#value = this.question.read(view)
    } catch (error) {
      this.#refusal = { error }
    }
  }

  give(): void {
    if (this.#refusal === undefined) this.resolve()
    else this.reject(this.#refusal.error)
  }

  protected override answerNow(): unknown {
    return this.#value
  }
}

/** The ledger's own work in between: releasing a few holds that have expired. */
export interface SweepJob {
  readonly kind: 'sweep'
}
