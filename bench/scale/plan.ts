/** What is on every account before the first payment, minor units: more than any of them will pay. */
export const INITIAL_BALANCE = 1_000_000_000n
const AMOUNT_MAX = 100

/** The ledger to be built, as a function of numbers: any part of it can be told without keeping the rest. */
export interface Plan {
  readonly accounts: number
  readonly transactions: number
  /** How far apart the numbers of accounts that pay are. @default 1 */
  readonly stride?: number
}

export function accountIdOf(account: number): string {
  return `account-${account}`
}

/** The payment with a number: who pays, how much, under which key. */
export function paymentOf({ accounts, stride = 1 }: Plan, payment: number) {
  return {
    accountId: accountIdOf(payerOf(accounts, payment) * stride),
    amount: BigInt(amountOf(payment)),
    idempotencyKey: `order-${payment}`
  }
}

export interface ExpectedBooks {
  /** What each account has paid, by its number. */
  readonly paid: Float64Array
  /** What all of them have paid. */
  readonly received: number
}

/** What the first payments of the plan leave behind. The sums stay far below 2^53, where a number is exact. */
export function expectedBooks({ accounts }: Plan, payments: number): ExpectedBooks {
  const paid = new Float64Array(accounts)
  let received = 0
  for (let payment = 0; payment < payments; payment++) {
    const amount = amountOf(payment)
    paid[payerOf(accounts, payment)]! += amount
    received += amount
  }
  return { paid, received }
}

function payerOf(accounts: number, payment: number): number {
  return scatter(payment) % accounts
}

function amountOf(payment: number): number {
  return 1 + (scatter(payment ^ 0x5bd1e995) % AMOUNT_MAX)
}

/** Mixes the bits of a number: accounts are hit as if at random, and every run hits the same. */
function scatter(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  bits = Math.imul(bits ^ (bits >>> 15), 0x119de1f3)
  return (bits ^ (bits >>> 16)) >>> 0
}
