import { InvalidAmountError, InvalidRequestError } from '../domain/errors.js'
import { AMOUNT_MAX, isBalanceInRange } from '../domain/money.js'
import { show } from '../domain/show.js'
import { exponentOf } from './currencies.js'

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/
/** More than any amount has, leading and trailing zeros included; the time for longer text would grow with its square. */
const LENGTH_MAX = 100

/**
 * Decimal text to minor units: `parseMoney('12.50', 'USD')` is `1250n`. Zeros beyond the currency's digits are exact and
 * read; other digits there are refused, never rounded; so are signs other than a leading minus, grouping, exponents and
 * blanks.
 *
 * @throws InvalidAmountError for text that is no exact amount; InvalidRequestError for an unknown currency.
 */
export function parseMoney(text: string, currency: string): bigint {
  const exponent = knownExponent(currency)
  if (typeof text !== 'string') {
    throw new InvalidAmountError(`Expected an amount as decimal text such as "12.50", got ${show(text)}.`)
  }
  const [, sign, whole = '', fraction = ''] = (text.length <= LENGTH_MAX ? DECIMAL.exec(text) : null) ?? []
  if (whole === '') throw new InvalidAmountError(`Amount ${show(text)} ${faultOf(text)}.`)
  if (/[1-9]/.test(fraction.slice(exponent))) {
    throw new InvalidAmountError(
      `Amount ${show(text)} has more digits after the decimal point than ${currency}, which has ${exponent}. ` +
        'Bursar never rounds: round before you call.'
    )
  }
  const units = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'))
  if (!isBalanceInRange(units)) {
    throw new InvalidAmountError(`Amount ${show(text)} ${currency} is out of range: ${AMOUNT_MAX} minor units at most.`)
  }
  return sign === '-' ? -units : units
}

/** What is wrong with a text that is no decimal number, and what to do about it. */
const FAULTS: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [/^$/, 'is empty: expected decimal text such as "12.50"'],
  [new RegExp(`^[^]{${LENGTH_MAX + 1},}$`), `is longer than ${LENGTH_MAX} characters`],
  [/\s/, 'has blanks or line ends: take them out'],
  [
    /^[-+]?\d{1,3}(?:[,.'’_]\d{3})+(?:[,.]\d+)?$/,
    'has separators between groups of digits: take them out, and keep one decimal point'
  ],
  [/^[-+]?\d+,\d+$/, 'has a decimal comma: write a point'],
  [/^\+/, 'has a plus sign: leave it out'],
  [/\d[eE][-+]?\d/, 'has an exponent: write all digits'],
  [/^-?(?:\.\d+|\d+\.)$/, 'lacks digits on one side of the decimal point'],
  [/[^\d.,+-]/, 'has other characters than the digits 0–9, a decimal point and a leading minus']
]

function faultOf(text: string): string {
  return FAULTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'is no decimal number such as "12.50"'
}

/**
 * Minor units to decimal text with exactly the currency's digits: `formatMoney(1250n, 'USD')` is `'12.50'`.
 *
 * @throws InvalidAmountError for what is no bigint; InvalidRequestError for an unknown currency.
 */
export function formatMoney(amount: bigint, currency: string): string {
  const exponent = knownExponent(currency)
  if (typeof amount !== 'bigint') {
    throw new InvalidAmountError(`Expected amount to be minor units, a bigint such as 1250n, got ${show(amount)}.`)
  }
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
