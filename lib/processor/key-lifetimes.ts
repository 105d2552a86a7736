import { LEDGER } from '../domain/account.js'
import type { SetKeyLifetimes } from '../domain/command.js'
import { answerOutlivesKey } from '../domain/decide-lifetimes.js'
import { InvalidRequestError } from '../domain/errors.js'
import { isLonger, lifetimesWith, type KeyLifetimes, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import { integerField } from './fields.js'

/** Lifetimes as a caller gave them, checked; `null` is for ever, and what is left out stays so. @throws InvalidRequestError */
export function lifetimeFields(
  { answerTtlMs, keyTtlMs }: { readonly answerTtlMs?: unknown; readonly keyTtlMs?: unknown },
  prefix = ''
): Partial<KeyLifetimes> {
  const asked = {
    ...(answerTtlMs !== undefined && { answerTtlMs: lifetimeField(answerTtlMs, `${prefix}answerTtlMs`, 0) }),
    ...(keyTtlMs !== undefined && { keyTtlMs: lifetimeField(keyTtlMs, `${prefix}keyTtlMs`, 1) })
  }
  if (asked.answerTtlMs !== undefined && asked.keyTtlMs !== undefined && isLonger(asked.answerTtlMs, asked.keyTtlMs)) {
    throw new InvalidRequestError(
      `Expected ${prefix}answerTtlMs to be at most ${prefix}keyTtlMs, ${asked.keyTtlMs}, got ${asked.answerTtlMs}.`
    )
  }
  return asked
}

function lifetimeField(value: unknown, name: string, min: 0 | 1): number | null {
  return value === null ? null : integerField(value, name, { min, max: Number.MAX_SAFE_INTEGER })
}

/**
 * What has to be recorded when a ledger is opened with lifetimes: nothing where it has them already. They are the
 * ledger's, so that no program shortens them by the way; a new ledger gets what it is opened with.
 *
 * @throws InvalidRequestError for lifetimes that are shorter than the ledger's
 */
export function changeAtOpening(
  asked: Partial<KeyLifetimes>,
  { recorded, isNew }: { readonly recorded: RecordedLifetimes; readonly isNew: boolean }
): SetKeyLifetimes | undefined {
  if (asked.answerTtlMs === undefined && asked.keyTtlMs === undefined) return undefined
  for (const field of ['answerTtlMs', 'keyTtlMs'] as const) {
    const wanted = asked[field]
    if (!isNew && wanted !== undefined && isLonger(recorded[field], wanted))
      throw shorter(field, recorded[field], wanted)
  }
  const { answerTtlMs, keyTtlMs } = lifetimesWith(asked, { recorded, now: 0 })
  if (asked.answerTtlMs !== undefined && isLonger(asked.answerTtlMs, keyTtlMs)) {
    throw answerOutlivesKey(asked.answerTtlMs, keyTtlMs)
  }
  if (answerTtlMs === recorded.answerTtlMs && keyTtlMs === recorded.keyTtlMs) return undefined
  return {
    type: 'SetKeyLifetimes',
    accountId: LEDGER,
    answerTtlMs,
    keyTtlMs,
    reason: 'idempotency of openPaymentProcessor'
  }
}

function shorter(field: keyof KeyLifetimes, recorded: number | null, wanted: number | null): InvalidRequestError {
  return new InvalidRequestError(
    `Expected idempotency.${field} to be at least as long as the ledger keeps it, ` +
      `${recorded === null ? 'for ever' : `${recorded} ms`}, got ${wanted} ms. ` +
      'Leave it out to open the ledger with its own lifetimes. To shorten them, call setKeyLifetimes.'
  )
}
