import { InvalidAmountError, InvalidRequestError } from '../domain/errors.js'
import { AMOUNT_MAX, isBalanceInRange } from '../domain/money.js'
import { show } from '../domain/show.js'
import { exponentOf } from './currencies.js'

const DECIMAL = /^(-?)(\d{1,19})(?:\.(\d+))?$/

/**
 * Decimal text to minor units: `parseMoney('12.50', 'USD')` is `1250n`. Digits beyond the currency's exponent are
 * refused, never rounded; so are signs other than a leading minus, grouping, exponents and spaces.
 *
 * @throws InvalidAmountError for text that is no exact amount; InvalidRequestError for an unknown currency.
 */
export function parseMoney(text: string, currency: string): bigint {
  const exponent = knownExponent(currency)
  const [, sign, whole = '', fraction = ''] = (typeof text === 'string' ? DECIMAL.exec(text) : null) ?? []
  if (whole === '' || fraction.length > exponent) {
    throw new InvalidAmountError(
      `Expected decimal text with at most ${exponent} digits behind the point for ${currency}, got ${show(text)}. ` +
        'Round it yourself, in the direction that your contract says.'
    )
  }
  const units = BigInt(whole + fraction.padEnd(exponent, '0'))
  if (!isBalanceInRange(units)) {
    throw new InvalidAmountError(`Expected at most ${AMOUNT_MAX} minor units, got ${show(text)} ${currency}.`)
  }
  return sign === '-' ? -units : units
}

/**
 * Minor units to decimal text with exactly the currency's digits: `formatMoney(1250n, 'USD')` is `'12.50'`.
 *
 * @throws InvalidRequestError for an unknown currency.
 */
export function formatMoney(amount: bigint, currency: string): string {
  const exponent = knownExponent(currency)
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0')
  const sign = amount < 0n ? '-' : ''
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

function knownExponent(currency: string): number {
  const exponent = exponentOf(currency)
  if (exponent === undefined) {
    throw new InvalidRequestError(`Expected an ISO 4217 currency code such as "USD", got ${show(currency)}.`)
  }
  return exponent
}
