import type { Leg } from '../domain/command.js'
import { InvalidAmountError, InvalidRequestError } from '../domain/errors.js'
import { fieldsOf, itemsOf } from '../domain/known-fields.js'
import { AMOUNT_MAX } from '../domain/money.js'
import { accountIdField, amountField, currencyField, ownAccountIdField } from './fields.js'
import { LEG } from './shapes.js'

export const LEGS_MAX = 100

/**
 * The legs of a transaction, checked and copied.
 *
 * @param isAttributed whether somebody stands for it with actor and reason: only then may it take from system accounts
 * @throws InvalidAmountError, InvalidRequestError
 */
export function legsField(value: unknown, isAttributed: boolean): readonly Leg[] {
  const payerField = isAttributed ? accountIdField : ownAccountIdField
  const legs = itemsOf(value, 'legs', { min: 1, max: LEGS_MAX }).map((leg, index) =>
    legField(leg, `legs[${index}]`, payerField)
  )
  assertTotals(legs)
  return legs
}

function legField(value: unknown, name: string, payerField: typeof accountIdField): Leg {
  if (value === undefined)
    throw new InvalidRequestError(`Expected ${name} to be a leg, got nothing: the list has a hole.`)
  const { from, to, amount, currency } = fieldsOf(value as Leg, LEG, name)
  return {
    from: payerField(from, `${name}.from`),
    to: accountIdField(to, `${name}.to`),
    amount: amountField(amount, `${name}.amount`, 1n),
    currency: currencyField(currency, `${name}.currency`)
  }
}

/** The amount of an entry is a total of its legs, and no number of an entry may be out of range. */
function assertTotals(legs: readonly Leg[]): void {
  const totals = new Map<string, bigint>()
  for (const { amount, currency } of legs) {
    const total = (totals.get(currency) ?? 0n) + amount
    totals.set(currency, total)
    if (total > AMOUNT_MAX) {
      throw new InvalidAmountError(
        `The legs in ${currency} amount to more than 2^63−1 minor units. Post them as several transactions.`
      )
    }
  }
}
