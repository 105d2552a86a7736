import { data } from 'currency-codes'

const EXPONENTS: ReadonlyMap<string, number> = new Map(data.map(({ code, digits }) => [code, digits]))

export const CURRENCY_CODES: readonly string[] = [...EXPONENTS.keys()]

/** Digits behind the decimal point (ISO 4217): JPY 0, USD 2, KWD 3; `undefined` for text that is no currency code. */
export function exponentOf(currency: string): number | undefined {
  return EXPONENTS.get(currency)
}
