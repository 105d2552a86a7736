import { inspect } from 'node:util'
import { assert } from 'chai'
import type { Account, AccountResult, Approved, DeclineCode, Declined, PaymentResult } from 'bursar'

/** The error of a promise that must reject with that class; fails on a value or on any other error. */
export async function rejectionOf<E extends Error>(
  promise: Promise<unknown>,
  expected: abstract new (...args: never[]) => E
): Promise<E> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error })
  )
  if ('value' in outcome) {
    return assert.fail(`Expected a rejection with ${expected.name}, got the value ${inspect(outcome.value)}`)
  }
  if (!(outcome.error instanceof expected)) {
    return assert.fail(`Expected a rejection with ${expected.name}, got ${inspect(outcome.error)}`)
  }
  return outcome.error
}

/** A result that must be an approval. */
export async function approval(promise: Promise<PaymentResult>): Promise<Approved> {
  const result = await promise
  return result.success ? result : assert.fail(`Expected an approval, got ${inspect(result)}`)
}

/** A result that must be a decline with that code. */
export async function decline(promise: Promise<PaymentResult | AccountResult>, code: DeclineCode): Promise<Declined> {
  const result = await promise
  if (result.success || result.code !== code) return assert.fail(`Expected ${code}, got ${inspect(result)}`)
  return result
}

/** The account of a command that must have changed or created one. */
export async function changedAccount(promise: Promise<AccountResult>): Promise<Account> {
  const result = await promise
  return result.success ? result.account : assert.fail(`Expected a changed account, got ${inspect(result)}`)
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** Lets everything that can go on without outside help go on, so that an answer given too early would show. */
export async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}
