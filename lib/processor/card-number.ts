import type { Metadata } from '../domain/account.js'
import { InvalidRequestError } from '../domain/errors.js'

/**
 * What the networks issue today, by length and first digits: numbers of other lengths are orders, devices and ids of other
 * systems far more often than cards.
 */
const ISSUED: Readonly<Record<number, RegExp>> = {
  /** Diners Club. */
  14: /^3(?:0[0-5]|095|[689])/,
  /** American Express. */
  15: /^3[47]/,
  /** Visa, Mastercard, Mir, Diners Club, JCB, Maestro, RuPay, Discover, UnionPay. */
  16: /^(?:4|5[0-8]|220[0-4]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|3(?:0[0-5]|095|[689])|35(?:2[89]|[3-8])|6|8[12])/,
  /** Visa, UnionPay. */
  19: /^(?:4|62)/
}

/** Blanks, line ends, dashes and dots of any kind, and characters that nobody sees. */
const SEPARATORS = /[\s\p{Z}\p{Cc}\p{Cf}\p{Pd}\u2212.·․]/gu

interface Texts {
  readonly reason?: string
  readonly metadata?: Metadata
}

/**
 * Refuses texts of a command that are, as a whole, a payment card number: a ledger must not store it.
 *
 * @throws InvalidRequestError, which does not repeat the number
 */
export function assertNoCardNumber({ metadata, reason }: Texts): void {
  if (reason !== undefined && isCardNumber(reason)) throw holdsCardNumber('reason')
  if (metadata === undefined) return
  for (const key of Object.keys(metadata)) if (isCardNumber(metadata[key]!)) throw holdsCardNumber(`metadata.${key}`)
}

function holdsCardNumber(name: string): InvalidRequestError {
  return new InvalidRequestError(
    `Expected ${name} to hold no card number, got one. A ledger must not store it: pass a token of your card vault instead.`
  )
}

function isCardNumber(text: string): boolean {
  if (text.length < 14) return false
  // Digits of other widths become ordinary ones.
  const digits = text.normalize('NFKC').replace(SEPARATORS, '')
  return ISSUED[digits.length]?.test(digits) === true && /^\d+$/.test(digits) && passesLuhn(digits)
}

/** The check digit of ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let fromRight = 0; fromRight < digits.length; fromRight++) {
    const digit = Number(digits[digits.length - 1 - fromRight])
    const doubled = fromRight % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
