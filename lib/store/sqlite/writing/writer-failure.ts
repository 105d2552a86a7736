import {
  NotCommittedError,
  OutcomeUnknownError,
  StoreCorruptError,
  StoreExistsError,
  StoreFormatError,
  StoreLockedError,
  StoreLostError,
  StoreNotFoundError,
  WriterFencedError
} from '../../errors.js'

/** An error on its way between threads: classes do not survive it, so the kind travels as text. */
export interface Failure {
  readonly kind: keyof typeof REVIVED | 'other'
  readonly message: string
  readonly cause: unknown
  readonly isTransient?: boolean
}

const REVIVED = {
  NotCommittedError: (message: string, cause: unknown, isTransient = false) =>
    new NotCommittedError(message, { cause, isTransient }),
  OutcomeUnknownError: (_message: string, cause: unknown) => new OutcomeUnknownError({ cause }),
  WriterFencedError: (_message: string, cause: unknown) => new WriterFencedError({ cause }),
  StoreLockedError: (location: string, cause: unknown) => new StoreLockedError(location, { cause }),
  StoreNotFoundError: (location: string, cause: unknown) => new StoreNotFoundError(location, { cause }),
  StoreLostError: (message: string, cause: unknown) => new StoreLostError(message, { cause }),
  StoreExistsError: (location: string, cause: unknown) => new StoreExistsError(location, { cause }),
  StoreFormatError: (message: string, cause: unknown) => new StoreFormatError(message, { cause }),
  StoreCorruptError: (message: string, cause: unknown) => new StoreCorruptError(message, { cause })
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: 'other', message: String(error), cause: error }
  if (isLocated(error)) return { kind: error.name, message: error.location, cause: error.cause }
  const isKnown = error.name in REVIVED
  return {
    kind: isKnown ? (error.name as Failure['kind']) : 'other',
    message: error.message,
    cause: isKnown ? error.cause : error,
    isTransient: error instanceof NotCommittedError && error.isTransient
  }
}

export function errorOf({ kind, message, cause, isTransient }: Failure): Error {
  return kind === 'other' ? new Error(message, { cause }) : REVIVED[kind](message, cause, isTransient)
}

/** Their messages are made from the location of the store. */
function isLocated(error: Error): error is StoreLockedError | StoreNotFoundError | StoreExistsError {
  return [StoreLockedError, StoreNotFoundError, StoreExistsError].some(kind => error instanceof kind)
}
