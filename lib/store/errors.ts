import { BursarError } from '../domain/errors.js'

/** A commit that certainly did not happen. */
export class NotCommittedError extends BursarError {
  override readonly name = 'NotCommittedError'
  readonly code = 'ERR_NOT_COMMITTED'
  readonly retryable = true
  /** Whether the very same commit may succeed in a moment, on the same open store. */
  readonly isTransient: boolean
  constructor(message: string, { isTransient = false, ...options }: ErrorOptions & { isTransient?: boolean } = {}) {
    super(message, options)
    this.isTransient = isTransient
  }
}

/** A commit that may or may not have happened. */
export class OutcomeUnknownError extends BursarError {
  override readonly name = 'OutcomeUnknownError'
  readonly code = 'ERR_OUTCOME_UNKNOWN'
  readonly retryable = true
  constructor(options?: ErrorOptions) {
    super(
      'Expected the store to confirm the commit, got no answer that can be trusted. ' +
        'Reopen the store and ask again with the same idempotency key: it answers with what was committed or executes for the first time.',
      options
    )
  }
}

/** Another writer took the store over; this one may commit nothing any more. */
export class WriterFencedError extends BursarError {
  override readonly name = 'WriterFencedError'
  readonly code = 'ERR_WRITER_FENCED'
  readonly retryable = false
  constructor(options?: ErrorOptions) {
    super(
      'Expected to be the only writer of this store, got a newer fencing epoch or head. ' +
        'Another process has taken over: close this processor and send commands there.',
      options
    )
  }
}

/** The store is open in another process, or twice in this one. */
export class StoreLockedError extends BursarError {
  override readonly name = 'StoreLockedError'
  readonly code = 'ERR_STORE_LOCKED'
  readonly retryable = true
  readonly location: string
  constructor(location: string, options?: ErrorOptions) {
    super(
      `Expected to be the only writer of ${location}, got a lock held by another processor. ` +
        'Close that one first, or send commands to it.',
      options
    )
    this.location = location
  }
}

/** The file is not a ledger of this library, is newer than it, or cannot be opened as asked. */
export class StoreFormatError extends BursarError {
  override readonly name = 'StoreFormatError'
  readonly code = 'ERR_STORE_FORMAT'
  readonly retryable = false
}

/** There is no ledger at the path, and none was to be made. */
export class StoreNotFoundError extends BursarError {
  override readonly name = 'StoreNotFoundError'
  readonly code = 'ERR_STORE_NOT_FOUND'
  readonly retryable = false
  readonly location: string
  constructor(location: string, options?: ErrorOptions) {
    super(
      `Ledger ${location} not found. Check the path, and that its volume is mounted. ` +
        'A new ledger is made by: bursar create <file>',
      options
    )
    this.location = location
  }
}

/** There is a file at the path where a new ledger was to be made; it was left as it is. */
export class StoreExistsError extends BursarError {
  override readonly name = 'StoreExistsError'
  readonly code = 'ERR_STORE_EXISTS'
  readonly retryable = false
  readonly location: string
  constructor(location: string, options?: ErrorOptions) {
    super(`File ${location} already exists. Choose another path for a new ledger, or open this one.`, options)
    this.location = location
  }
}

/** The stored journal contradicts itself or its recorded head. */
export class StoreCorruptError extends BursarError {
  override readonly name = 'StoreCorruptError'
  readonly code = 'ERR_STORE_CORRUPT'
  readonly retryable = false
}

/** A file of the open ledger was deleted, renamed, replaced or truncated. What was acknowledged just before may be lost. */
export class StoreLostError extends BursarError {
  override readonly name = 'StoreLostError'
  readonly code = 'ERR_STORE_LOST'
  readonly retryable = false
}

/** The store could not be read; certainly nothing was changed. */
export class StoreUnavailableError extends BursarError {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'ERR_STORE_UNAVAILABLE'
  readonly retryable = true
  constructor(options?: ErrorOptions) {
    super('Expected the store to answer a read, got an error (see cause). Nothing was changed: try again.', options)
  }
}

/** There is a file where the backup was to be written; it was left as it is. */
export class BackupTargetExistsError extends BursarError {
  override readonly name = 'BackupTargetExistsError'
  readonly code = 'ERR_BACKUP_TARGET_EXISTS'
  readonly retryable = false
  readonly path: string
  constructor(path: string, options?: ErrorOptions) {
    super(
      `Expected no file at ${path}, got one. A backup never overwrites: name each after its time, and delete old ones.`,
      options
    )
    this.path = path
  }
}

/** The copy could not be written, did not pass its checks, or was ended; nothing is at its path. */
export class BackupFailedError extends BursarError {
  override readonly name = 'BackupFailedError'
  readonly code = 'ERR_BACKUP_FAILED'
  readonly retryable = true
  constructor(path: string, options?: ErrorOptions) {
    super(
      `Expected a whole copy of the ledger at ${path}, got an error (see cause), and left no file there. ` +
        'The ledger is untouched: put the cause right and try again.',
      options
    )
  }
}

/** What only some stores can do: this one cannot. */
export class StoreUnsupportedError extends BursarError {
  override readonly name = 'StoreUnsupportedError'
  readonly code = 'ERR_STORE_UNSUPPORTED'
  readonly retryable = false
  constructor(what: string, instead: string) {
    super(`Expected a store that can ${what}, got one that cannot. ${instead}`)
  }
}
