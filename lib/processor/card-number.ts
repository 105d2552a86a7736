/** First digits of the card networks: Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Maestro. */
const NETWORK_PREFIX = /^(?:4|5[0-8]|2[2-7]|3[04-9]|6)/

/** Whether a text is, as a whole, a payment card number; spaces and dashes between digits do not hide it. */
export function isCardNumber(text: string): boolean {
  if (text.length < 13 || text.length > 40) return false
  const digits = text.replace(/[ -]/g, '')
  return /^\d{13,19}$/.test(digits) && NETWORK_PREFIX.test(digits) && passesLuhn(digits)
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
