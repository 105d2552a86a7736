export { closeOnSignals, type CloseOnSignalsOptions } from './processor/close-on-signals.js'
export { openLedgerReader, type LedgerReader } from './processor/open-ledger-reader.js'
export { openPaymentProcessor } from './processor/open-payment-processor.js'
export type {
  BalanceQuery,
  JournalQuery,
  PaymentProcessor,
  PaymentProcessorOptions,
  ProcessorStatus,
  SubmitOptions,
  TransactionQuery
} from './processor/payment-processor.js'
export type { Amount, Command } from './processor/requests.js'
export type { DeadLetter, DeadLetters } from './processor/dead-letter-desk.js'
export type { Transaction, TransactionKind } from './processor/history.js'
export type { JournalEntry } from './audit/journal-entry.js'
export type {
  Account,
  AccountChanged,
  AccountResult,
  Approved,
  Balance,
  CommandResult,
  Declined,
  KeyLifetimesSet,
  PaymentResult,
  ResultOf
} from './domain/result.js'
export type { KeyLifetimes } from './domain/key-lifetimes.js'
export { DECLINE_CODES, DECLINES, type DeclineCode, type DeclineCodeOf } from './domain/decline.js'
export { allocate, AMOUNT_MAX } from './domain/money.js'
export { assertApproved, DeclinedError } from './processor/assert-approved.js'
export { formatMoney, parseMoney } from './money/format.js'
export { memoryStore } from './store/memory/memory-store.js'
export type { ProcessorEvents } from './observability/events.js'
export { RateLimitedError } from './policies/errors.js'
export type { RateLimits } from './policies/rate-limiter.js'
export type { RetryOptions } from './policies/retrying.js'
export type { RateLimit } from './policies/token-buckets.js'
export type { Clock, ClockState } from './queue/clock.js'
export type { BackupOptions, BackupProgress, BackupReport, Store } from './store/store.js'
export type { Checkpoint } from './audit/checkpoint.js'
export { exportJournal, type ExportJournalOptions, type JournalSource } from './audit/export-journal.js'
export {
  importJournal,
  JournalImportError,
  type ImportJournalOptions,
  type ImportJournalReport
} from './audit/import-journal.js'
export type { VerificationProblem } from './audit/problem-list.js'
export type { VerificationProgress, VerificationReport, VerifyOptions } from './audit/verify.js'
export {
  AccountAlreadyExistsError,
  AccountNotFoundError,
  BursarError,
  IdempotencyConflictError,
  IdempotencyKeyExpiredError,
  InvalidAmountError,
  InvalidRequestError,
  InvariantError,
  TransactionNotFoundError
} from './domain/errors.js'
export {
  CommandCancelledError,
  DeadLetteredError,
  DeadLetterNotFoundError,
  ProcessorClosedError,
  ProcessorFailedError,
  QueueFullError
} from './queue/errors.js'
export {
  BackupFailedError,
  BackupTargetExistsError,
  NotCommittedError,
  OutcomeUnknownError,
  StoreCorruptError,
  StoreExistsError,
  StoreFormatError,
  StoreLockedError,
  StoreLostError,
  StoreNotFoundError,
  StoreUnavailableError,
  StoreUnsupportedError,
  WriterFencedError
} from './store/errors.js'
