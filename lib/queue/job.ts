import type { Command } from '../domain/command.js'
import type { CommandResult } from '../domain/result.js'
import type { Call } from './call.js'
import type { WorkingSet } from './working-set.js'

/** One place in the queue: a command to execute, or a question to answer from what the commands before it left. */
export type Job = CommandJob | ReadJob

export interface CommandJob {
  readonly kind: 'command'
  readonly command: Command
  readonly call: Call<CommandResult>
  /** Numbered in the order of submission; set by the worker. */
  ticket: number
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
