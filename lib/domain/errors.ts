import { isSystemAccount, SYSTEM_NAMES } from './account.js'

/**
 * The base of every error that Bursar raises on purpose. `code` is stable and greppable; `retryable` says whether the
 * same call, unchanged, can succeed later.
 */
export abstract class BursarError extends Error {
  abstract override readonly name: string
  abstract readonly code: `ERR_${string}`
  abstract readonly retryable: boolean
}

/** An amount that is not a whole number of minor units from 1 to 2^63−1. Nothing was queued. */
export class InvalidAmountError extends BursarError {
  override readonly name = 'InvalidAmountError'
  readonly code = 'ERR_INVALID_AMOUNT'
  readonly retryable = false
}

/** A request whose fields have the wrong shape. Nothing was queued. */
export class InvalidRequestError extends BursarError {
  override readonly name = 'InvalidRequestError'
  readonly code = 'ERR_INVALID_REQUEST'
  readonly retryable = false
}

/** The named account does not exist, or did not exist yet at the moment in question. */
export class AccountNotFoundError extends BursarError {
  override readonly name = 'AccountNotFoundError'
  readonly code = 'ERR_ACCOUNT_NOT_FOUND'
  readonly retryable = false
  readonly accountId: string
  /** @param what the rest of the message, which begins with the account */
  constructor(accountId: string, what = notFound(accountId)) {
    super(`Account ${JSON.stringify(accountId)} ${what}`)
    this.accountId = accountId
  }
}

/** Nobody can create a system account, so that must not be the advice. */
function notFound(accountId: string): string {
  return isSystemAccount(accountId)
    ? `not found. The system accounts are ${SYSTEM_NAMES.join(' and ')}, once per currency.`
    : 'not found. Create it with createAccount first.'
}

/** The account id is taken. A retry of the creation that carries the same idempotency key replays instead. */
export class AccountAlreadyExistsError extends BursarError {
  override readonly name = 'AccountAlreadyExistsError'
  readonly code = 'ERR_ACCOUNT_ALREADY_EXISTS'
  readonly retryable = false
  readonly accountId: string
  constructor(accountId: string) {
    super(
      `Account ${JSON.stringify(accountId)} already exists. ` +
        'Choose another id, or create accounts with an idempotencyKey so that a retry replays.'
    )
    this.accountId = accountId
  }
}

/** No such transaction, or none of that account: the answer is the same, so that nobody can probe. */
export class TransactionNotFoundError extends BursarError {
  override readonly name = 'TransactionNotFoundError'
  readonly code = 'ERR_TRANSACTION_NOT_FOUND'
  readonly retryable = false
  readonly transactionId: string
  /** @param accountId where the transaction was to be one of this account's */
  constructor(transactionId: string, accountId?: string) {
    const id = JSON.stringify(transactionId)
    super(
      accountId === undefined
        ? `Transaction ${id} not found. Pass the transactionId of an approved result.`
        : `Transaction ${id} of account ${JSON.stringify(accountId)} not found. ` +
            'Pass the transactionId of an approved result together with the accountId it was made for.'
    )
    this.transactionId = transactionId
  }
}

/** What the first request under a key came to. */
export interface FirstResult {
  readonly command: string
  readonly sequence: number
  readonly isDeclined: boolean
  /** `null` where it was declined, and where it was none that makes a transaction: accounts are changed without one. */
  readonly transactionId: string | null
}

function resultText({ command, sequence, isDeclined, transactionId }: FirstResult): string {
  if (isDeclined) return `declined as entry ${sequence}, so nothing was paid`
  return transactionId === null ? `approved as entry ${sequence}, a ${command}` : `approved as ${transactionId}`
}

/** The idempotency key is bound to a request with another meaning. Nothing was executed. */
export class IdempotencyConflictError extends BursarError {
  override readonly name = 'IdempotencyConflictError'
  readonly code = 'ERR_IDEMPOTENCY_CONFLICT'
  readonly retryable = false
  readonly idempotencyKey: string
  /** The fields that differ from the first request under this key. */
  readonly fields: readonly string[]
  /** What the first request produced; `null` when it was declined, or made no transaction. */
  readonly transactionId: string | null
  constructor(idempotencyKey: string, fields: readonly string[], first: FirstResult) {
    super(
      `Idempotency key ${JSON.stringify(idempotencyKey)} belongs to a request with another ${fields.join(', ')}. ` +
        `That one was ${resultText(first)}. This call did nothing: use a new key for a new operation.`
    )
    this.idempotencyKey = idempotencyKey
    this.fields = fields
    this.transactionId = first.transactionId
  }
}

/** The key is known, its answer is past `answerTtlMs`, so it is neither replayed nor executed again. */
export class IdempotencyKeyExpiredError extends BursarError {
  override readonly name = 'IdempotencyKeyExpiredError'
  readonly code = 'ERR_IDEMPOTENCY_KEY_EXPIRED'
  readonly retryable = false
  readonly idempotencyKey: string
  readonly transactionId: string | null
  constructor(idempotencyKey: string, first: FirstResult) {
    super(
      `Idempotency key ${JSON.stringify(idempotencyKey)} was used, and its answer has expired. ` +
        `The request was ${resultText(first)}. It will not run again: ${lookUp(first)}.`
    )
    this.idempotencyKey = idempotencyKey
    this.transactionId = first.transactionId
  }
}

function lookUp({ isDeclined, transactionId }: FirstResult): string {
  if (isDeclined) return 'use a new key to try again'
  return transactionId === null ? 'getAccount shows how the account stands' : 'getTransaction shows what it did'
}

/** A rule of the ledger itself was broken: a bug or damaged data. The writer stops. */
export class InvariantError extends BursarError {
  override readonly name = 'InvariantError'
  readonly code = 'ERR_INVARIANT'
  readonly retryable = false
}

/** Stops the writer when something that must be true is not. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition)
    throw new InvariantError(`Broken invariant: ${message}. The writer stops; reopen the store and run verify().`)
}
