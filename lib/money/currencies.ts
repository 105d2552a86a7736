/**
 * The list in force of ISO 4217, as its maintenance agency (SIX) publishes it: currencies and funds, by the digits after
 * the decimal point, as of 2026. A spec compares it with a package that others maintain. The digits of a currency never
 * change: they are the meaning of every amount that is recorded in it.
 */
const IN_FORCE: readonly (readonly [digits: number, codes: string])[] = [
  [
    0,
    `
      BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF`
  ],
  [
    2,
    `
      AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
      CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
      HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
      MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
      RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
      USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
  // Precious metals and units of account, for which the standard has no digits: counted in whole units.
  [0, 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XUA']
]

/** Codes that were withdrawn since 2011: accounts that have one go on, and their amounts can be read. */
const WITHDRAWN: readonly (readonly [digits: number, codes: string])[] = [
  [0, 'BYR'],
  [2, 'ANG BGN CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL']
]

/** Reserved for tests, and for where no currency is involved: earlier versions opened accounts in them all the same. */
const NO_CURRENCY = ['XTS', 'XXX']

const inForce = digitsOf(IN_FORCE)
const known = new Map([...inForce, ...digitsOf(WITHDRAWN)])

/** Every code that an account of some ledger may have. */
export const CURRENCY_CODES: readonly string[] = [...known.keys(), ...NO_CURRENCY]

/** Digits after the decimal point: JPY 0, USD 2, KWD 3; `undefined` for text that is, or was, no currency code. */
export function exponentOf(currency: string): number | undefined {
  return known.get(currency)
}

/** Whether new accounts may have it. */
export function isInForce(currency: string): boolean {
  return inForce.has(currency)
}

function digitsOf(list: typeof IN_FORCE): Map<string, number> {
  return new Map(
    list.flatMap(([digits, codes]) =>
      codes
        .trim()
        .split(/\s+/)
        .map(code => [code, digits] as const)
    )
  )
}
