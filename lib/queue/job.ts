import type { Command } from '../domain/command.js'
import type { Decision } from '../domain/decision.js'
import { resultOf, type CommandResult } from '../domain/result.js'
import { Call, type CallOrigin } from './call.js'
import type { Answer } from './group.js'
import type { WorkingSet } from './working-set.js'

/** One place in the queue: a command to execute, a question to answer from what the commands before it left, or upkeep. */
export type Job = CommandJob | ReadJob | SweepJob

/** Once it is decided, it is what its callers will hear when everything that the decision saw is durable. */
export class CommandJob extends Call<CommandResult> implements Answer {
  readonly kind = 'command'
  readonly command: Command
  /** Numbered in the order of submission; set by the worker. */
  ticket = 0
  /** When it was submitted, by the monotonic clock, while somebody listens to `command:executed`; 0 otherwise. */
  submittedAt = 0
  decision: Decision | undefined

  constructor(command: Command, origin: CallOrigin, leave?: () => void) {
    super(origin, leave)
    this.command = command
  }

  get executed(): Command | undefined {
    return this.decision?.kind === 'reject' ? undefined : this.command
  }

  give(): void {
    const decision = this.decision!
    if (decision.kind === 'reject') this.reject(decision.error)
    else if (decision.kind === 'record' && decision.refusal !== null) this.reject(decision.refusal)
    else this.resolve(hasJoined => resultOf(decision.entry, hasJoined || decision.kind === 'replay'))
  }
}

/** What is asked, about an account or a transaction that is loaded for it. */
export interface Question<T> {
  readonly accountId?: string
  readonly transactionId?: string
  /** Answers from what is loaded; may throw a typed error, which becomes the answer. */
  readonly read: (view: WorkingSet) => T
}

export class ReadJob extends Call<unknown> {
  readonly kind = 'read'
  readonly question: Question<unknown>
  ticket = 0

  constructor(question: Question<unknown>, origin: CallOrigin, leave?: () => void) {
    super(origin, leave)
    this.question = question
  }

  /** Reads now, and answers once everything that was seen is durable; what the reading throws is the answer, too. */
  answerFrom(view: WorkingSet): Answer {
    const reject = (error: unknown): void => this.reject(error)
    try {
      const value = this.question.read(view)
      return { give: () => this.resolve(() => value), reject }
    } catch (error) {
      return { give: () => this.reject(error), reject }
    }
  }
}

/** The ledger's own work in between: releasing a few holds that have expired. */
export interface SweepJob {
  readonly kind: 'sweep'
  ticket: number
}
