import type { Chance } from './chance.js'

/** Something that a customer does on a day; the balance decides whether there is money for it. */
export interface Movement {
  readonly kind: 'deposit' | 'payment'
  readonly operation: string
  /** Minor units. */
  readonly amount: bigint
}

/** How far below zero the bank lets its customers go, minor units. */
export const OVERDRAFT = 500_000n

/** How one customer lives. Amounts are minor units. */
export interface Customer {
  readonly accountId: string
  /** Days after the beginning of the first year. */
  readonly opensOn: number
  readonly firstDeposit: bigint
  readonly salary: bigint
  readonly salaryDay: number
  readonly rent: bigint
  readonly rentDay: number
  /** Payments on an ordinary day. */
  readonly spending: number
}

/** Most are customers already on the first day; the others come during the first nine months. */
export function customer(accountId: string, chance: Chance): Customer {
  const salary = chance.between(1_500_000, 6_000_000)
  return {
    accountId,
    opensOn: chance.happens(0.6) ? chance.between(0, 5) : chance.between(6, 270),
    firstDeposit: BigInt(chance.between(100, 20_000)) * 100n,
    salary: BigInt(salary),
    salaryDay: chance.between(1, 28),
    // Between a quarter and a half of the salary, in whole units.
    rent: BigInt(Math.floor((salary * chance.between(25, 50)) / 10_000)) * 100n,
    rentDay: chance.between(1, 28),
    spending: chance.between(4, 13) / 100
  }
}

/** Winter holidays cost most, February least. */
const SPENDING_BY_MONTH = [0.8, 0.7, 0.9, 1, 1, 1.1, 1.3, 1.2, 1, 0.9, 1.1, 1.6] as const
const WEEKEND = 1.5

/** What a customer wants to do on a day, in order. */
export function movementsOf(customer: Customer, day: Date, balance: bigint, chance: Chance): readonly Movement[] {
  const movements: Movement[] = []
  const date = day.getUTCDate()
  if (date === customer.salaryDay) {
    movements.push({ kind: 'deposit', operation: 'salary', amount: customer.salary })
  }
  if (date === customer.rentDay) movements.push({ kind: 'payment', operation: 'rent', amount: customer.rent })
  const isWeekend = day.getUTCDay() % 6 === 0
  const spending = customer.spending * SPENDING_BY_MONTH[day.getUTCMonth()]! * (isWeekend ? WEEKEND : 1)
  if (chance.happens(spending)) movements.push(purchase(chance))
  if (isLastOfMonth(day) && balance > 0n) movements.push(...interest(balance))
  return movements
}

function purchase(chance: Chance): Movement {
  const operation = chance.oneOf(['card-payment', 'card-payment', 'cash-withdrawal', 'outgoing-transfer'])
  // A machine pays whole notes only.
  const amount = operation === 'cash-withdrawal' ? chance.between(1, 60) * 10_000 : chance.between(4_900, 900_000)
  return { kind: 'payment', operation, amount: BigInt(amount) }
}

/** Two percent a year, a twelfth each month; the bank keeps the fraction. */
function interest(balance: bigint): readonly Movement[] {
  const amount = (balance * 2n) / 1_200n
  return amount > 0n ? [{ kind: 'deposit', operation: 'interest', amount }] : []
}

const DAY_MS = 86_400_000

function isLastOfMonth(day: Date): boolean {
  return new Date(day.getTime() + DAY_MS).getUTCDate() === 1
}
