import { BursarError } from '../domain/errors.js'

/** The queue is at `maxQueueLength`. Nothing was recorded; try again when some answers have come. */
export class QueueFullError extends BursarError {
  override readonly name = 'QueueFullError'
  readonly code = 'ERR_QUEUE_FULL'
  readonly retryable = true
  /** `account`: the queue is full in good part of calls for this account, and others may still come in. */
  readonly scope: 'account' | 'queue'
  /** Whose calls fill the queue; `null` when there is room for nobody. */
  readonly accountId: string | null
  constructor(maxQueueLength: number, accountId?: string) {
    super(
      `Expected fewer than ${maxQueueLength} commands waiting (maxQueueLength), got a full queue` +
        `${accountId === undefined ? '' : `, with some of the last places taken for ${JSON.stringify(accountId)}`}. ` +
        'Nothing was recorded: slow down and try again with the same idempotency key.'
    )
    this.scope = accountId === undefined ? 'queue' : 'account'
    this.accountId = accountId ?? null
  }
}

/** The caller's `signal`, `deadlineMs` or an `abort()` ended the wait before execution. Certainly this call did nothing. */
export class CommandCancelledError extends BursarError {
  override readonly name = 'CommandCancelledError'
  readonly code = 'ERR_COMMAND_CANCELLED'
  readonly retryable = true
  constructor(reason: 'signal' | 'deadline' | 'abort', options?: ErrorOptions) {
    super(
      `Expected to execute the command, got cancelled before that (${reason}). ` +
        'This call did nothing: it is safe to send it again with the same idempotency key.',
      options
    )
  }
}

/** The processor is closing or closed. Certainly nothing happened; another process, or the next start, will answer. */
export class ProcessorClosedError extends BursarError {
  override readonly name = 'ProcessorClosedError'
  readonly code = 'ERR_PROCESSOR_CLOSED'
  readonly retryable = true
  constructor() {
    super(
      'The processor is closing or closed. Nothing happened: ask again with the same idempotency key, of the process that ' +
        'has the ledger open next.'
    )
  }
}

/** The writer stopped after a failure; `cause` is that failure. */
export class ProcessorFailedError extends BursarError {
  override readonly name = 'ProcessorFailedError'
  readonly code = 'ERR_PROCESSOR_FAILED'
  readonly retryable = true
  constructor(options?: ErrorOptions) {
    super(
      'Expected a working writer, got one that stopped after a failure (see cause). Nothing of this call happened: ' +
        'close the processor, open the store again, and ask again with the same idempotency key.',
      options
    )
  }
}

/** The command could not be handled, or not be committed; it had no effect, and was put aside. */
export class DeadLetteredError extends BursarError {
  override readonly name = 'DeadLetteredError'
  readonly code = 'ERR_DEAD_LETTERED'
  readonly retryable = false
  readonly deadLetterId: string
  constructor(deadLetterId: string, options?: ErrorOptions) {
    super(
      `Expected to execute the command, got an error (see cause). It had no effect and was put aside as ${deadLetterId}: ` +
        'once the cause is gone, deadLetters.retry executes it, or the same request with the same idempotency key.',
      options
    )
    this.deadLetterId = deadLetterId
  }
}

/** No dead letter has this id: it was never one, was executed meanwhile, or was discarded. */
export class DeadLetterNotFoundError extends BursarError {
  override readonly name = 'DeadLetterNotFoundError'
  readonly code = 'ERR_DEAD_LETTER_NOT_FOUND'
  readonly retryable = false
  readonly deadLetterId: string
  constructor(deadLetterId: string) {
    super(
      `Dead letter ${JSON.stringify(deadLetterId)} not found. ` +
        'It may have been executed or discarded meanwhile: deadLetters.list shows what is left.'
    )
    this.deadLetterId = deadLetterId
  }
}
