import type { Command } from '../domain/command.js'
import type { Decision } from '../domain/decision.js'
import { resultOf } from '../domain/result.js'
import type { Answer } from './group.js'
import type { CommandJob } from './job.js'

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
