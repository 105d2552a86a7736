import type { Command } from '../domain/command.js'
import type { Decision } from '../domain/decision.js'
import { resultOf } from '../domain/result.js'
import type { Answer } from './group.js'
import type { CommandJob, ReadJob } from './job.js'
import type { WorkingSet } from './working-set.js'

/** What a caller will hear once everything that the decision saw is durable. */
export class CommandAnswer implements Answer {
  readonly #call: CommandJob['call']
  readonly #decision: Decision
  readonly #command: Command

  constructor({ call, command }: CommandJob, decision: Decision) {
    this.#call = call
    this.#decision = decision
    this.#command = command
  }

  get command(): Command | undefined {
    return this.#decision.kind === 'reject' ? undefined : this.#command
  }

  give(): void {
    const decision = this.#decision
    if (decision.kind === 'reject') this.#call.reject(decision.error)
    else if (decision.kind === 'record' && decision.refusal !== null) this.#call.reject(decision.refusal)
    else this.#call.resolve(hasJoined => resultOf(decision.entry, hasJoined || decision.kind === 'replay'))
  }

  withhold(error: unknown): void {
    this.#call.reject(error)
  }
}

/** Reads now, and answers once everything that was seen is durable; what the reading throws is the answer, too. */
export function readAnswer({ call, read }: ReadJob, view: WorkingSet): Answer {
  const withhold = (error: unknown): void => call.reject(error)
  try {
    const value = read(view)
    return { give: () => call.resolve(() => value), withhold }
  } catch (error) {
    return { give: () => call.reject(error), withhold }
  }
}
