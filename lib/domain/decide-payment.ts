import { FUNDING, systemAccountId } from './account.js'
import type { Deposit, PostTransaction, ProcessPayment, Transfer } from './command.js'
import { approve, declined, reject, type Decision, type Execution } from './decision.js'
import { AccountNotFoundError } from './errors.js'
import { isBalanceInRange } from './money.js'
import { accountIn, closed, move, overflowing, targetOf, type Movement } from './movement.js'
import type { View } from './view.js'

const PAYER_IS_SHORT = { shortage: 'insufficient_funds' } as const

export const PAYMENT_MESSAGE = 'Payment processed successfully'

export function processPayment(execution: Execution, command: ProcessPayment, view: View): Decision {
  return payOut(execution, command, { to: command.payee, message: PAYMENT_MESSAGE }, view)
}

export function transfer(execution: Execution, command: Transfer, view: View): Decision {
  return payOut(execution, command, { to: command.to, message: 'Transfer processed successfully' }, view)
}

function payOut(
  execution: Execution,
  command: ProcessPayment | Transfer,
  { to: name, message }: { readonly to: string | undefined; readonly message: string },
  view: View
): Decision {
  const from = view.account(command.accountId)
  if (from === undefined) return reject(new AccountNotFoundError(command.accountId))
  const payee = targetOf(name, from.currency)
  const to = accountIn(view, payee)
  if (to === undefined) return reject(new AccountNotFoundError(payee))
  const { amount, currency = from.currency } = command
  return pay(execution, { from, to, amount, currency }, message)
}

export function deposit(execution: Execution, command: Deposit, view: View): Decision {
  const to = view.account(command.accountId)
  if (to === undefined) return reject(new AccountNotFoundError(command.accountId))
  const from = accountIn(view, systemAccountId(FUNDING, to.currency))!
  const { amount, currency = to.currency } = command
  return pay(execution, { from, to, amount, currency }, 'Deposit processed successfully')
}

/** Several movements, all or nothing; every rule is checked on the whole. */
export function postTransaction(execution: Execution, command: PostTransaction, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const legs = command.legs.map(leg => ({
    ...leg,
    from: targetOf(leg.from, leg.currency),
    to: targetOf(leg.to, leg.currency)
  }))
  const missing = legs.flatMap(leg => [leg.from, leg.to]).find(id => accountIn(view, id) === undefined)
  if (missing !== undefined) return reject(new AccountNotFoundError(missing))
  const { currency } = legs[0]!
  // One number cannot sum several currencies: the amount of the answer is the total in the first leg's currency, where
  // it is in the range of an entry at all.
  const total = legs.reduce((sum, leg) => (leg.currency === currency ? sum + leg.amount : sum), 0n)
  const amount = isBalanceInRange(total) ? total : 0n
  if (account.closed && legs.every(leg => leg.from !== leg.to)) {
    return declined(execution, { amount, currency }, closed(account.accountId))
  }
  const movements = legs.map(leg => ({ ...leg, from: accountIn(view, leg.from)!, to: accountIn(view, leg.to)! }))
  const postings = move(movements, PAYER_IS_SHORT)
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  if (amount !== total) return declined(execution, { amount, currency }, overflowing())
  // From here on the command must succeed.
  return approve(execution, { amount, currency, message: 'Transaction posted successfully', postings })
}

function pay(execution: Execution, movement: Movement, message: string): Decision {
  const { amount, currency } = movement
  const postings = move([movement], PAYER_IS_SHORT)
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  // From here on the command must succeed.
  return approve(execution, { amount, currency, message, postings })
}
