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
} from '../index.js'
import { printable, quoted, type CsvRow } from './csv-row.js'

/** A row on its way; none of its promises ever rejects, so they may be awaited late. */
export interface SubmittedRow {
  readonly answer: Promise<Settled<PaymentResult>>
  /** Right after the row, where the file tells it. */
  readonly balance: Promise<Settled<Balance>> | undefined
}

export type Settled<T> = { readonly value: T } | { readonly error: unknown }

/** What became of a row. `sequence` is unknown when the answer of the key has expired. */
export type RowOutcome =
  | { readonly type: 'executed'; readonly sequence: number | undefined; readonly replayed: boolean }
  | { readonly type: 'declined'; readonly sequence: number; readonly code: DeclineCode; readonly message: string }
  | { readonly type: 'bad'; readonly reason: string }

/** Puts a row in the queue, and behind it the question for the balance: one order makes the answer exact. */
export function submitRow(processor: PaymentProcessor, row: CsvRow, currency: string): SubmittedRow {
  const { accountId, amount, metadata } = row
  const request = {
    accountId,
    amount,
    currency,
    metadata,
    idempotencyKey: `csv:${row.transactionId}`,
    onDecline: 'keep'
  } as const
  const paid = row.kind === 'deposit' ? processor.deposit(request) : processor.processPayment(request)
  const balance = row.balanceAfter === undefined ? undefined : processor.getBalance(accountId)
  return { answer: settled(paid), balance: balance && settled(balance) }
}

/** Throws the processor's error where it is not about this row. */
export function rowOutcome(row: CsvRow, answer: Settled<PaymentResult>): RowOutcome {
  if ('value' in answer) {
    const { value } = answer
    if (value.success) return { type: 'executed', sequence: value.sequence, replayed: value.replayed }
    return { type: 'declined', sequence: value.sequence, code: value.code, message: value.message }
  }
  const { error } = answer
  if (error instanceof IdempotencyKeyExpiredError) return { type: 'executed', sequence: undefined, replayed: true }
  if (error instanceof IdempotencyConflictError) {
    const id = quoted(row.transactionId)
    const fields = error.fields.join(', ')
    return { type: 'bad', reason: `expected the same row as before for transaction ${id}, got another ${fields}` }
  }
  return { type: 'bad', reason: reasonOf(error) }
}

/** Whether the account is new. Throws the processor's error where it is not about this account. */
export function accountOutcome(creation: Settled<AccountResult>): 'created' | 'found' | { readonly reason: string } {
  if ('value' in creation) return creation.value.success ? 'created' : { reason: creation.value.message }
  if (creation.error instanceof AccountAlreadyExistsError) return 'found'
  return { reason: reasonOf(creation.error) }
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
