import { types } from 'node:util'
import { isAborted } from '../domain/abort-signal.js'
import type { Metadata } from '../domain/account.js'
import { hasMethod } from '../domain/callable.js'
import { InvalidAmountError, InvalidRequestError } from '../domain/errors.js'
import { AMOUNT_MAX } from '../domain/money.js'
import { exponentOf, isInForce } from '../money/currencies.js'
import { show } from '../domain/show.js'
import type { Clock } from '../queue/clock.js'

/** The checks of single fields at the door. Each returns a value of its own, so that callers can change theirs later. */

/** Printable ASCII without blanks, quotes and what separates or escapes in files and shells: `, ; \ < >`. */
const ACCOUNT_ID = /^[!#-&(-+\--:=?-[\]-_a-~]{1,128}$/
const PRINTABLE_ASCII = /^[\x20-\x7e]{1,255}$/
/** No control, format or lone surrogate characters, and no line ends: what is shown is what was recorded. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u
const METADATA_KEYS_MAX = 20
const METADATA_KEY_LENGTH_MAX = 40
const TEXT_LENGTH_MAX = 500

export function amountField(value: unknown, name: string, min: 0n | 1n): bigint {
  const amount =
    typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
  if (typeof amount === 'bigint' && amount >= min && amount <= AMOUNT_MAX) return amount
  throw new InvalidAmountError(
    `Expected ${name} to be minor units, a bigint or safe integer from ${min} to 2^63−1, got ${show(value)}. ` +
      'Use parseMoney for decimal text.'
  )
}

/** Any account that a command may name, system accounts included. */
export function accountIdField(value: unknown, name: string): string {
  if (typeof value === 'string' && ACCOUNT_ID.test(value)) return value
  throw new InvalidRequestError(
    `Expected ${name} to be 1–128 printable ASCII characters without blanks, quotes and , ; \\ < >, got ${show(value)}. ` +
      'Map other ids to this alphabet.'
  )
}

/** An account that a caller may act for. */
export function ownAccountIdField(value: unknown, name: string): string {
  const accountId = accountIdField(value, name)
  if (!accountId.startsWith('@')) return accountId
  throw new InvalidRequestError(
    `Expected ${name} to be an account of yours, got ${show(value)}. Ids that start with @ are system accounts: they can be read and paid to, and a leg of postTransaction may take from them when it carries actor and reason.`
  )
}

export function idempotencyKeyField(value: unknown): string {
  if (typeof value === 'string' && PRINTABLE_ASCII.test(value)) return value
  throw new InvalidRequestError(
    `Expected idempotencyKey to be 1–255 printable ASCII characters, got ${show(value)}. ` +
      'Derive it from what is paid, for example the order id, so that a retry sends the same key.'
  )
}

/** Who asked: an id of the application, so that it may be a long number, as other ids may. */
export function actorField(value: unknown): string {
  if (typeof value === 'string' && PRINTABLE.test(value)) return value
  throw new InvalidRequestError(
    `Expected actor to be 1–128 printable characters, got ${show(value)}. Pass the id of the user or service that asks.`
  )
}

export function currencyField(value: unknown, name: string): string {
  if (typeof value === 'string' && exponentOf(value) !== undefined) return value
  throw new InvalidRequestError(`Expected ${name} to be an ISO 4217 code such as "USD", got ${show(value)}.`)
}

/** The currency of an account to be. */
export function newCurrencyField(value: unknown, name: string): string {
  const currency = currencyField(value, name)
  if (isInForce(currency)) return currency
  throw new InvalidRequestError(
    `Currency ${currency} is withdrawn: accounts that have it go on, a new one takes the currency that followed.`
  )
}

export function transactionIdField(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 128 && !hasNull(value)) return value
  throw new InvalidRequestError(`Expected ${name} to be the transactionId of an approved result, got ${show(value)}.`)
}

export function choiceField<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const choice = choices.find(candidate => candidate === value)
  if (choice !== undefined) return choice
  throw new InvalidRequestError(`Expected ${name} to be one of ${choices.join(', ')}, got ${show(value)}.`)
}

export function integerField(
  value: unknown,
  name: string,
  range: { readonly min: number; readonly max: number }
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= range.max) return value
  throw new InvalidRequestError(
    `Expected ${name} to be an integer from ${range.min} to ${range.max}, got ${show(value)}.`
  )
}

/** The sequence that a page or a feed continues behind. */
export function afterField(after: unknown = 0): number {
  return integerField(after, 'after', { min: 0, max: Number.MAX_SAFE_INTEGER })
}

export function textField(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > TEXT_LENGTH_MAX || !value.isWellFormed()) {
    throw new InvalidRequestError(
      `Expected ${name} to be text of at most ${TEXT_LENGTH_MAX} characters, got ${show(value)}.`
    )
  }
  assertNoNull(value, name)
  return value
}

/** U+0000 ends a text in many tools, and PostgreSQL takes it in no text at all. */
function hasNull(text: string): boolean {
  return text.includes('\0')
}

function assertNoNull(text: string, name: string): void {
  if (hasNull(text)) throw new InvalidRequestError(`Expected ${name} to be without U+0000, got one. Take it out.`)
}

/** A text that says why: the journal keeps it for the auditor. */
export function reasonField(value: unknown): string {
  const text = textField(value, 'reason')
  if (text !== '') return text
  throw new InvalidRequestError('Expected reason to say why, got an empty text. The journal keeps it for the auditor.')
}

export function metadataField(value: unknown): Metadata {
  if (!isPlainObject(value)) {
    throw new InvalidRequestError(`Expected metadata to be a flat object of text values, got ${show(value)}.`)
  }
  const pairs = Object.entries(value)
  if (pairs.length > METADATA_KEYS_MAX) {
    throw new InvalidRequestError(`Expected at most ${METADATA_KEYS_MAX} metadata keys, got ${pairs.length}.`)
  }
  for (const [key] of pairs) {
    if (key.length > METADATA_KEY_LENGTH_MAX || !key.isWellFormed()) {
      throw new InvalidRequestError(
        `Expected metadata keys of at most ${METADATA_KEY_LENGTH_MAX} characters, got ${show(key)}.`
      )
    }
    assertNoNull(key, 'a metadata key')
  }
  // fromEntries defines own properties, so that a key such as __proto__ is a key like any other.
  return Object.freeze(Object.fromEntries(pairs.map(([key, text]) => [key, textField(text, `metadata.${key}`)])))
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm has a prototype of its own that is the end of its chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function timeField(value: unknown, name: string): number {
  // A proxy is none, and a date of another realm is one; an own `getTime` of the caller's is not asked.
  const time = types.isDate(value) ? Date.prototype.getTime.call(value) : NaN
  if (Number.isFinite(time)) return time
  throw new InvalidRequestError(`Expected ${name} to be a valid Date, got ${show(value)}.`)
}

export function signalField(value: unknown): AbortSignal {
  if (isAbortSignal(value)) return value
  throw new InvalidRequestError(`Expected signal to be an AbortSignal, got ${show(value)}.`)
}

/** The getter of `aborted` knows its own, and a proxy could throw at any time: whatever only looks like a signal would fail later, in the middle of a call. */
function isAbortSignal(value: unknown): value is AbortSignal {
  try {
    if (types.isProxy(value) || !(value instanceof AbortSignal) || value.constructor !== AbortSignal) return false
    return typeof isAborted(value) === 'boolean'
  } catch {
    return false
  }
}

export function booleanField(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new InvalidRequestError(`Expected ${name} to be true or false, got ${show(value)}.`)
}

/** The name of a file. */
export function pathField(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '' && !hasNull(value)) return value
  throw new InvalidRequestError(`Expected ${name} to name a file, got ${show(value)}.`)
}

/** A clock is asked for its time by whoever uses it; here only whether it has any. */
export function clockField(value: unknown): Clock {
  if (hasMethod(value, 'now')) return value as Clock
  throw new InvalidRequestError(`Expected clock to have a now() method, got ${show(value)}.`)
}
