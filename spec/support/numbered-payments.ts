export const PAYERS = ['alice', 'bob', 'carol'] as const

/** Everything about a payment follows from its number, so that whoever knows the number knows the payment. */
export function accountOfPayment(number: number): string {
  return PAYERS[number % PAYERS.length]!
}

export function amountOfPayment(number: number): bigint {
  return BigInt(1 + (number % 7))
}

export function keyOfPayment(number: number): string {
  return `payment-${number}`
}
