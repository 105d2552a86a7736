import { BursarError, IdempotencyConflictError, IdempotencyKeyExpiredError, type CommandResult } from 'bursar'
import { expect } from 'chai'
import type { Entered, Expected, Rejected } from './expected.js'

export type Answered = PromiseSettledResult<CommandResult>

/** Compares an answer with what the model says, all but the sequence, whose meaning only the journal tells. */
export function expectAnswer(answered: Answered, expected: Expected, title: string): void {
  if (expected.kind === 'rejected') {
    expectRejection(answered, expected, title)
    return
  }
  if (answered.status === 'rejected') throw failure(title, expected, answered.reason)
  const { value } = answered
  if (expected.kind === 'changed') {
    expect(value, title).to.deep.equal({
      success: true,
      account: expected.account,
      sequence: value.sequence,
      replayed: expected.replayed
    })
    return
  }
  if (!('amount' in value)) throw failure(title, expected, value)
  expect(value, title).to.deep.equal({
    ...value,
    ...defined({ amount: expected.amount, currency: expected.currency, message: expected.message }),
    success: expected.kind === 'approved',
    timestamp: new Date(expected.timestamp),
    replayed: expected.replayed,
    ...(expected.kind === 'approved'
      ? idOf(expected)
      : { transactionId: null, code: expected.code, attempt: expected.attempt })
  })
  expect('refundable' in value ? value.refundable : undefined, title).to.equal(expected.refundable)
  const expiresAt = 'expiresAt' in value ? value.expiresAt : undefined
  if (expected.kind === 'approved') expect(expiresAt?.getTime(), title).to.equal(expected.expiresAt)
}

function expectRejection(answered: Answered, expected: Rejected, title: string): void {
  if (answered.status === 'fulfilled') throw failure(title, expected, answered.value)
  const error: unknown = answered.reason
  if (!(error instanceof BursarError) || error.name !== expected.error) throw failure(title, expected, error)
  if (!(error instanceof IdempotencyConflictError || error instanceof IdempotencyKeyExpiredError)) return
  expect(error.transactionId, title).to.equal(expected.transactionId)
  if (!(error instanceof IdempotencyConflictError)) return
  if (expected.fields?.[0] === 'type') expect(error.fields, title).to.include('type')
  else expect(error.fields, title).to.have.members([...(expected.fields ?? [])])
}

function idOf({ transactionId }: Entered): object {
  return transactionId === undefined ? {} : { transactionId }
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function failure(title: string, expected: Expected, got: unknown): Error {
  const error = new Error(`${title}: expected ${expected.kind} ${'error' in expected ? expected.error : ''}`, {
    cause: got
  })
  return error
}
