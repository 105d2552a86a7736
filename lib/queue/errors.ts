import { BursarError } from '../domain/errors.js'

/** The queue is at `queueLengthMax`. Nothing was recorded; try again when some answers have come. */
export class QueueFullError extends BursarError {
  override readonly name = 'QueueFullError'
  readonly code = 'ERR_QUEUE_FULL'
  readonly retryable = true
  constructor(queueLengthMax: number) {
    super(
      `Expected fewer than ${queueLengthMax} commands waiting (queueLengthMax), got a full queue. ` +
        'Nothing was recorded: slow down and try again with the same idempotency key.'
    )
  }
}

/** The caller's `signal`, `deadlineMs` or an `abort()` ended the wait before execution. Certainly nothing happened. */
export class CommandCancelledError extends BursarError {
  override readonly name = 'CommandCancelledError'
  readonly code = 'ERR_COMMAND_CANCELLED'
  readonly retryable = true
  constructor(reason: 'signal' | 'deadline' | 'abort', options?: ErrorOptions) {
    super(
      `Expected to execute the command, got cancelled before that (${reason}). ` +
        'Nothing happened: it is safe to send it again.',
      options
    )
  }
}

/** The processor is closing or closed. */
export class ProcessorClosedError extends BursarError {
  override readonly name = 'ProcessorClosedError'
  readonly code = 'ERR_PROCESSOR_CLOSED'
  readonly retryable = false
  constructor() {
    super('Expected an open processor, got one that is closing or closed. Open another with openPaymentProcessor.')
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

/** Handling the command threw; it had no effect and the next command ran. */
export class DeadLetteredError extends BursarError {
  override readonly name = 'DeadLetteredError'
  readonly code = 'ERR_DEAD_LETTERED'
  readonly retryable = false
  constructor(options?: ErrorOptions) {
    super('Expected to execute the command, got an error while handling it (see cause). It had no effect.', options)
  }
}
