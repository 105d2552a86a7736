import type { Command } from '../domain/command.js'
import { isSameRequest } from '../domain/idempotency.js'
import { KeyedMap } from '../domain/keyed-map.js'
import type { CommandResult } from '../domain/result.js'
import { Call, type CallerOptions } from '../queue/call.js'
import { CommandCancelledError, ProcessorClosedError, QueueFullError } from '../queue/errors.js'
import type { CommandJob, ReadJob } from '../queue/job.js'
import type { Worker } from '../queue/worker.js'
import type { WorkingSet } from '../queue/working-set.js'
import type { Places } from '../policies/places.js'
import type { RateLimiter } from '../policies/rate-limiter.js'
import { integerField, signalField } from './fields.js'
import type { SubmitOptions } from './payment-processor.js'

/** What is asked of the ledger, in the order of the queue. */
export type Question<T> = Pick<ReadJob, 'accountId' | 'transactionId'> & { readonly read: (view: WorkingSet) => T }

interface Parts {
  readonly worker: Worker
  readonly queueLengthMax: number
  readonly places: Places
  readonly rateLimiter: RateLimiter | undefined
}

/**
 * Lets callers into the queue: a place for each that is not answered yet, one execution for all who ask for the same
 * under the same key.
 */
export class Intake {
  readonly #worker: Worker
  readonly #queueLengthMax: number
  readonly #places: Places
  readonly #rateLimiter: RateLimiter | undefined
  /** Keyed commands without an answer yet; a repetition joins them. */
  readonly #underWay = new KeyedMap<CommandJob>()
  #isClosed = false

  constructor({ worker, queueLengthMax, places, rateLimiter }: Parts) {
    this.#worker = worker
    this.#queueLengthMax = queueLengthMax
    this.#places = places
    this.#rateLimiter = rateLimiter
  }

  /** Callers that wait for their answer. */
  get unanswered(): number {
    return this.#places.taken
  }

  /** From now on every caller is refused. */
  close(): void {
    this.#isClosed = true
  }

  /** Queues a command. @throws every reason not to */
  command(command: Command, options: SubmitOptions | undefined): Promise<CommandResult> {
    const caller = this.#admitCaller(options)
    const { accountId, idempotencyKey } = command
    const earlier = idempotencyKey === undefined ? undefined : this.#underWay.get(accountId, idempotencyKey)
    if (earlier !== undefined && isSameRequest(earlier.command, command)) {
      this.#assertRoomFor(undefined)
      this.#places.join()
      return earlier.call.wait(caller, true)
    }

    this.#assertRoomFor(accountId)
    this.#rateLimiter?.admit(command)
    const leave = this.#places.take(accountId)
    const isFirst = idempotencyKey !== undefined && earlier === undefined
    const onSettled = isFirst
      ? () => {
          this.#underWay.delete(idempotencyKey, job)
          leave?.()
        }
      : leave
    const call = new Call<CommandResult>(this.#countAnswered, onSettled)
    const job: CommandJob = { kind: 'command', command, call, ticket: 0, submittedAt: 0 }
    if (isFirst) this.#underWay.set(idempotencyKey, job)
    const answer = call.wait(caller, false)
    this.#worker.push(job)
    return answer
  }

  /** Asks in the order of the queue; the answer comes when all that it saw is durable. @throws every reason not to */
  question<T>(question: Question<T>): Promise<T> {
    const caller = this.#admitCaller(undefined)
    this.#assertRoomFor(question.accountId)
    const call = new Call<unknown>(this.#countAnswered, this.#places.take(question.accountId))
    const answer = call.wait(caller, false)
    this.#worker.push({ kind: 'read', ...question, call, ticket: 0 })
    return answer as Promise<T>
  }

  /** Resolves when everything so far has its answer. It counts as no caller, so that a full queue cannot refuse it. */
  idle(): Promise<void> {
    const call = new Call<void>(() => undefined)
    const idle = call.wait(undefined, false).catch(() => undefined)
    this.#worker.push({ kind: 'read', read: () => undefined, call: call as Call<unknown>, ticket: 0 })
    return idle
  }

  /** @throws when there is no worker, or no wish any more */
  #admitCaller(options: SubmitOptions | undefined): CallerOptions | undefined {
    if (this.#isClosed) throw new ProcessorClosedError()
    const { stopped } = this.#worker
    if (stopped !== undefined) throw stopped
    return options === undefined ? undefined : this.#callerOptions(options)
  }

  #assertRoomFor(accountId: string | undefined): void {
    if (this.#places.hasRoomFor(accountId)) return
    const isAboutAccount = accountId !== undefined && !this.#places.isFull
    throw new QueueFullError(this.#queueLengthMax, isAboutAccount ? accountId : undefined)
  }

  #callerOptions({ signal, deadlineMs }: SubmitOptions): CallerOptions {
    if (signal !== undefined && signalField(signal).aborted)
      throw new CommandCancelledError('signal', { cause: signal.reason })
    if (deadlineMs === undefined) return { signal }
    integerField(deadlineMs, 'deadlineMs', { min: 0, max: Number.MAX_SAFE_INTEGER })
    return { signal, deadlineAt: this.#worker.now() + deadlineMs }
  }

  readonly #countAnswered = (count: number): void => {
    this.#places.free(count)
  }
}
