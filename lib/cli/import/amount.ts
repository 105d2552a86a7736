import { InvalidAmountError, parseMoney } from '../../index.js'
import { printable, quoted } from '../quoted.js'
import { isAccountRange, type AmountForm, type DecimalMarkName } from './settings.js'

/** An amount with its sign, in minor units, or why the text is none. */
export type ReadAmount = { readonly value: bigint } | { readonly reason: string }

type Mark = '.' | ','

/**
 * Reads the amounts of one file. A text that has two readings has none: `1,234` is a bad row until the file, or an
 * option, has shown which mark is the decimal one. So no amount is ever taken for a hundred times itself.
 */
export class AmountReader {
  readonly #currency: string
  readonly #form: AmountForm
  readonly #signs: readonly string[]
  readonly #told: Mark | undefined
  /** What the file has shown, and in which record. */
  #shown: { readonly mark: Mark; readonly ordinal: number } | undefined
  #ordinal = 0
  /** The decimal mark of the record being read. */
  #mark: Mark | undefined

  constructor(options: { currency: string; form?: AmountForm; decimal?: DecimalMarkName }) {
    this.#currency = options.currency
    this.#form = options.form ?? 'minor'
    this.#told = options.decimal && (options.decimal === 'comma' ? ',' : '.')
    this.#mark = this.#told
    this.#signs = signsOf(options.currency)
  }

  /** The decimal mark, once an option or an amount has told it. */
  get decimal(): DecimalMarkName | undefined {
    const mark = this.#told ?? this.#shown?.mark
    return mark && (mark === ',' ? 'comma' : 'point')
  }

  /**
   * Says which record of the file is read next. A file is read twice, and what a record showed counts for those below it
   * only: an amount that could not be read the first time cannot be read the second time.
   */
  beginRecord(ordinal: number): void {
    this.#ordinal = ordinal
    const isShown = this.#shown !== undefined && this.#shown.ordinal < ordinal
    this.#mark = this.#told ?? (isShown ? this.#shown!.mark : undefined)
  }

  read(text: string): ReadAmount {
    return this.#form === 'minor' ? minorUnits(text) : this.#decimalText(text)
  }

  #decimalText(text: string): ReadAmount {
    const unsigned = withoutSigns(text, this.#signs)
    if (unsigned === undefined) return { reason: `expected an amount in ${this.#currency}, got ${quoted(text)}` }
    const marks: readonly Mark[] = this.#mark === undefined ? ['.', ','] : [this.#mark]
    const readings = marks.flatMap(mark => {
      const plain = plainDecimal(unsigned.digits, mark)
      return plain === undefined ? [] : [{ mark, plain }]
    })
    const [reading, other] = readings
    if (reading === undefined) return { reason: noAmount(text, this.#mark) }
    if (other !== undefined && other.plain !== reading.plain) {
      return { reason: `cannot tell the decimal mark of ${quoted(text)}: add --decimal comma or --decimal point` }
    }
    const amount = this.#exact(reading.plain, unsigned.isNegative)
    // Digits alone are the same either way, and show nothing.
    if (other === undefined && 'value' in amount) {
      this.#mark = reading.mark
      this.#shown ??= { mark: reading.mark, ordinal: this.#ordinal }
    }
    return amount
  }

  #exact(plain: string, isNegative: boolean): ReadAmount {
    try {
      return { value: parseMoney(isNegative ? `-${plain}` : plain, this.#currency) }
    } catch (error) {
      if (!(error instanceof InvalidAmountError)) throw error
      return { reason: printable(error.message, REASON_LENGTH_MAX) }
    }
  }
}

const REASON_LENGTH_MAX = 200

function minorUnits(text: string): ReadAmount {
  const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : undefined
  if (value !== undefined && isAccountRange(value)) return { value }
  const hint = /\d[.,]\d/.test(text) ? '; for amounts such as 12.50 add --amounts decimal' : ''
  return { reason: `expected an amount in whole minor units, got ${quoted(text)}${hint}` }
}

function noAmount(text: string, mark: Mark | undefined): string {
  const how = mark === undefined ? '' : ` with a decimal ${mark === ',' ? 'comma' : 'point'}`
  return `expected an amount${how}, got ${quoted(text)}`
}

interface Unsigned {
  readonly digits: string
  readonly isNegative: boolean
}

const BLANKS = /[\s\u00a0\u202f\u2009]+/gu

/** The digits and marks of an amount; `undefined` for text with two signs, or with the sign of another currency. */
function withoutSigns(text: string, currencySigns: readonly string[]): Unsigned | undefined {
  let rest = text.trim().replace(/\u2212/gu, '-')
  let negative = 0
  const take = (pattern: RegExp): boolean => {
    const match = pattern.exec(rest)
    if (match !== null) rest = rest.replace(pattern, '').trim()
    return match !== null
  }
  if (/^\(.*\)$/u.test(rest)) {
    rest = rest.slice(1, -1).trim()
    negative += 1
  }
  const isCredit = take(/(?<![A-Z])CR$/iu)
  if (!isCredit && take(/(?<![A-Z])DR$/iu)) negative += 1
  const takeSign = () => {
    if (take(/^-|-$/u)) negative += 1
    else if (take(/^\+|\+$/u)) return true
    return false
  }
  const isPositive = takeSign()
  const sign = currencySigns.find(one => startsOrEnds(rest, one))
  if (sign !== undefined) rest = withoutAffix(rest, sign)
  const isStillPositive = takeSign()
  const signs = negative + Number(isCredit) + Number(isPositive) + Number(isStillPositive)
  return signs <= 1 && rest !== '' ? { digits: rest, isNegative: negative === 1 } : undefined
}

function startsOrEnds(text: string, sign: string): boolean {
  const lower = text.toLowerCase()
  return lower.startsWith(sign) || lower.endsWith(sign)
}

function withoutAffix(text: string, sign: string): string {
  return (text.toLowerCase().startsWith(sign) ? text.slice(sign.length) : text.slice(0, -sign.length)).trim()
}

/** The ways to write a currency, the longest first: `US$` before `$`. */
function signsOf(currency: string): readonly string[] {
  const shown = (['symbol', 'narrowSymbol'] as const).flatMap(currencyDisplay =>
    ['en-US', 'en-CA'].flatMap(locale =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay })
        .formatToParts(1)
        .filter(({ type }) => type === 'currency')
        .map(({ value }) => value)
    )
  )
  const signs = [currency, ...shown].map(sign => sign.toLowerCase())
  return [...new Set(signs.flatMap(sign => (/\p{L}$/u.test(sign) ? [`${sign}.`, sign] : [sign])))].sort(
    (one, other) => other.length - one.length
  )
}

/** `1.234.567,89` with a decimal comma is `1234567.89`. India writes groups of two before the last: `12,34,567.89`. */
function plainDecimal(text: string, mark: Mark): string | undefined {
  const [whole = '', fraction, ...more] = text.split(mark)
  if (more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined
  const grouping = mark === '.' ? "[,'’ ]" : "[.'’ ]"
  const groups = whole.replace(BLANKS, ' ')
  const pattern = new RegExp(`^(?:\\d*|\\d{1,3}(${grouping})(?:\\d{3}\\1)*\\d{3}|\\d{1,2}(?:,\\d{2})+,\\d{3})$`, 'u')
  if (!pattern.test(groups) || (whole === '' && fraction === undefined)) return undefined
  const digits = groups.replace(/\D/g, '') || '0'
  // A group cannot begin a number with zero: 0,005 is a fraction.
  if (/^0\D/.test(groups)) return undefined
  const plain = digits.replace(/^0+(?=\d)/, '')
  return fraction === undefined ? plain : `${plain}.${fraction}`
}
