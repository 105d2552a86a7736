import {
  AccountAlreadyExistsError,
  DeadLetteredError,
  IdempotencyConflictError,
  IdempotencyKeyExpiredError,
  InvalidAmountError,
  InvalidRequestError,
  type AccountResult,
  type Balance,
  type DeclineCode,
  type PaymentProcessor,
  type PaymentResult
} from '../../index.js'
import { printable } from '../quoted.js'
import type { RowKeys } from './row-keys.js'
import type { ImportRow } from './row.js'

/** A row on its way; none of its promises ever rejects, so they may be awaited late. */
export interface SubmittedRow {
  readonly outcome: Promise<Settled<RowOutcome>>
  /** Right after the row, where the file tells it. */
  readonly balance: Promise<Settled<Balance>> | undefined
}

export type Settled<T> = { readonly value: T } | { readonly error: unknown }

/** What became of a row. `isLate`: booked under the second key, so rows behind it may have come before it. */
export type RowOutcome =
  | { readonly type: 'executed'; readonly replayed: boolean; readonly isLate: boolean }
  | { readonly type: 'declined'; readonly code: DeclineCode; readonly message: string }
  | { readonly type: 'bad'; readonly reason: string }

/** Puts a row in the queue, and behind it the question for the balance: one order makes the answer exact. */
export function submitRow(
  processor: PaymentProcessor,
  { row, keys, currency }: { row: ImportRow; keys: RowKeys; currency: string }
): SubmittedRow {
  const { accountId, amount, metadata, kind } = row
  const book = (idempotencyKey: string) => {
    const request = { accountId, amount, currency, metadata, idempotencyKey }
    return settled(kind === 'deposit' ? processor.deposit(request) : processor.processPayment(request))
  }
  const first = book(keys.key)
  const balance = row.balanceAfter === undefined ? undefined : settled(processor.getBalance(accountId))
  return { outcome: settled(first.then(answer => outcomeOf(answer, () => book(keys.again)))), balance }
}

/**
 * A declined row can be tried again: the next import with the same key does. Earlier versions pinned declines to their
 * keys; the same row gets a second key, and so does one that was declined in another currency, which the account never
 * takes. Any other row under the key gets none, or both could be booked.
 */
async function outcomeOf(answer: Settled<PaymentResult>, again: () => Promise<Settled<PaymentResult>>) {
  if (!needsSecondKey(answer)) return readAnswer(answer, false)
  return readAnswer(await again(), true)
}

function needsSecondKey(answer: Settled<PaymentResult>): boolean {
  if ('value' in answer) return !answer.value.success && answer.value.replayed
  const { error } = answer
  if (error instanceof IdempotencyKeyExpiredError) return error.transactionId === null
  if (!(error instanceof IdempotencyConflictError)) return false
  return error.transactionId === null && error.fields.every(field => field === 'currency')
}

function readAnswer(answer: Settled<PaymentResult>, isLate: boolean): RowOutcome {
  if ('value' in answer) {
    const { value } = answer
    if (value.success) return { type: 'executed', replayed: value.replayed, isLate }
    return { type: 'declined', code: value.code, message: value.message }
  }
  const { error } = answer
  if (error instanceof IdempotencyKeyExpiredError) {
    if (error.transactionId !== null) return { type: 'executed', replayed: true, isLate }
    return { type: 'bad', reason: printable(error.message, REASON_LENGTH_MAX) }
  }
  if (error instanceof IdempotencyConflictError) {
    const reason = `expected the same row as before under this id, got another ${error.fields.join(', ')}`
    const isDecline = error.transactionId === null
    return {
      type: 'bad',
      reason: isDecline ? `${reason}; it was declined then: give this row an id of its own` : reason
    }
  }
  return { type: 'bad', reason: reasonOf(error) }
}

/** Whether the account is new. Throws the processor's error where it is not about this account. */
export function accountOutcome(creation: Settled<AccountResult>): 'created' | 'found' | { readonly reason: string } {
  if ('value' in creation) return creation.value.success ? 'created' : { reason: creation.value.message }
  if (creation.error instanceof AccountAlreadyExistsError) return 'found'
  return { reason: reasonOf(creation.error) }
}

/** Why the opening balance of an account was not booked; `undefined` where it was. */
export function openingProblem(booked: Settled<PaymentResult>): string | undefined {
  if ('value' in booked) return booked.value.success ? undefined : booked.value.message
  const { error } = booked
  if (error instanceof IdempotencyConflictError) return printable(error.message, REASON_LENGTH_MAX)
  return reasonOf(error)
}

export function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    value => ({ value }),
    (error: unknown) => ({ error })
  )
}

const REASON_LENGTH_MAX = 200

function reasonOf(error: unknown): string {
  const isAboutTheRow =
    error instanceof InvalidAmountError || error instanceof InvalidRequestError || error instanceof DeadLetteredError
  if (!isAboutTheRow) throw error
  return printable(error.message, REASON_LENGTH_MAX)
}
