import type { SetKeyLifetimes } from './command.js'
import { approve, reject, type Decision, type Execution } from './decision.js'
import { InvalidRequestError } from './errors.js'
import { isLonger, lifetimesWith } from './key-lifetimes.js'

/** XXX is ISO 4217 for what has no currency. */
const SET = { amount: 0n, currency: 'XXX', message: 'Key lifetimes set' }

/** Changes how long the keys of the ledger live, from this entry on. */
export function setKeyLifetimes(execution: Execution, command: SetKeyLifetimes): Decision {
  const { lifetimes: recorded, now } = execution.context
  const lifetimes = lifetimesWith(command, { recorded, now })
  const { answerTtlMs } = command
  if (answerTtlMs !== undefined && isLonger(answerTtlMs, lifetimes.keyTtlMs)) {
    return reject(answerOutlivesKey(answerTtlMs, lifetimes.keyTtlMs))
  }
  return approve(execution, { ...SET, lifetimes })
}

export function answerOutlivesKey(answerTtlMs: number | null, keyTtlMs: number | null): InvalidRequestError {
  return new InvalidRequestError(
    `Expected answerTtlMs to be at most the keyTtlMs of the ledger, ${keyTtlMs}, got ${answerTtlMs}. ` +
      'A key that is forgotten cannot answer: set keyTtlMs with it.'
  )
}
