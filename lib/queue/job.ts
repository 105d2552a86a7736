import type { Command } from '../domain/command.js'
import type { CommandResult } from '../domain/result.js'
import type { Call } from './call.js'
import type { WorkingSet } from './working-set.js'

/** One place in the queue: a command to execute, a question to answer from what the commands before it left, or upkeep. */
export type Job = CommandJob | ReadJob | SweepJob

export interface CommandJob {
  readonly kind: 'command'
  readonly command: Command
  readonly call: Call<CommandResult>
  /** Numbered in the order of submission; set by the worker. */
  ticket: number
  /** When it was submitted, by the monotonic clock, while somebody listens to `command:executed`; 0 otherwise. */
  submittedAt: number
}

export interface ReadJob {
  readonly kind: 'read'
  readonly accountId?: string
  readonly transactionId?: string
  /** Answers from what is loaded; may throw a typed error, which becomes the answer. */
  readonly read: (view: WorkingSet) => unknown
  readonly call: Call<unknown>
  ticket: number
}

/** The ledger's own work in between: releasing a few holds that have expired. */
export interface SweepJob {
  readonly kind: 'sweep'
  ticket: number
}
