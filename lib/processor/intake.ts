import { isAborted, reasonOf } from '../domain/abort-signal.js'
import type { Command } from '../domain/command.js'
import type { CommandResult } from '../domain/result.js'
import type { CallerOptions, CallOrigin } from '../queue/call.js'
import { CommandCancelledError, ProcessorClosedError, QueueFullError } from '../queue/errors.js'
import { CommandJob, ReadJob, type Question } from '../queue/job.js'
import type { KeysInUse } from '../queue/keys-in-use.js'
import type { Worker } from '../queue/worker.js'
import type { Places } from '../policies/places.js'
import type { RateLimiter } from '../policies/rate-limiter.js'
import { fieldsOf } from '../domain/known-fields.js'
import { integerField, signalField } from './fields.js'
import type { SubmitOptions } from './payment-processor.js'
import { SUBMIT_OPTIONS } from './shapes.js'

interface Parts {
  readonly worker: Worker
  readonly maxQueueLength: number
  readonly places: Places
  readonly rateLimiter: RateLimiter | undefined
}

/**
 * Lets callers into the queue: a place for each that is not answered yet, one execution for all who ask for the same
 * under the same key.
 */
export class Intake {
  readonly #worker: Worker
  readonly #maxQueueLength: number
  readonly #places: Places
  /** Of all commands without an answer yet. */
  readonly #keys: KeysInUse
  readonly #rateLimiter: RateLimiter | undefined
  #isClosed = false

  constructor({ worker, maxQueueLength, places, rateLimiter }: Parts) {
    this.#worker = worker
    this.#maxQueueLength = maxQueueLength
    this.#places = places
    this.#keys = worker.keys
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
    const other = idempotencyKey === undefined ? undefined : this.#keys.unanswered(accountId, idempotencyKey)
    // A twin does nothing new: it takes nothing of what its account may use, and waits for what the first one does.
    const isTwin = other !== undefined && this.#worker.isTwin(command, other)
    this.#assertRoomFor(isTwin ? undefined : accountId)
    if (!isTwin) this.#rateLimiter?.admit(command)
    // Its signal is the caller's and might refuse to be listened to: nothing is taken before it is.
    const job = new CommandJob(command, this.#origin, caller)
    job.leave = this.#places.take(isTwin ? undefined : accountId)
    if (other !== undefined) job.joinsAfter = this.#worker.durable
    if (idempotencyKey !== undefined) this.#keys.enter(job, idempotencyKey)
    this.#worker.push(job)
    return job.answer
  }

  /** Asks in the order of the queue; the answer comes when all that it saw is durable. @throws every reason not to */
  question<T>(question: Question<T>): Promise<T> {
    this.#admitCaller(undefined)
    this.#assertRoomFor(question.accountId)
    const job = new ReadJob(question, this.#origin)
    job.leave = this.#places.take(question.accountId)
    this.#worker.push(job)
    return job.answer as Promise<T>
  }

  /** Resolves when everything so far has its answer. It counts as no caller, so that a full queue cannot refuse it. */
  idle(): Promise<void> {
    const job = new ReadJob({ read: () => undefined }, UNCOUNTED)
    this.#worker.push(job)
    return job.answer.then(NOTHING, NOTHING)
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
    throw new QueueFullError(this.#maxQueueLength, isAboutAccount ? accountId : undefined)
  }

  #callerOptions(options: SubmitOptions): CallerOptions {
    const { signal, deadlineMs } = fieldsOf(options, SUBMIT_OPTIONS)
    if (signal !== undefined && isAborted(signalField(signal)))
      throw new CommandCancelledError('signal', { cause: reasonOf(signal) })
    if (deadlineMs === undefined) return { signal }
    integerField(deadlineMs, 'deadlineMs', { min: 0, max: Number.MAX_SAFE_INTEGER })
    return { signal, deadlineAt: this.#worker.time.elapsed() + deadlineMs }
  }

  readonly #origin: CallOrigin = {
    onSettled: call => {
      this.#places.free()
      call.leave?.()
      if (call instanceof CommandJob) this.#keys.leave(call)
    }
  }
}

const NOTHING = (): void => undefined
const UNCOUNTED: CallOrigin = { onSettled: NOTHING }
