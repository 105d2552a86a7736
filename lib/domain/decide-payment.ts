import { FUNDING, systemAccountId } from './account.js'
import type { Deposit, Leg, PostTransaction, ProcessPayment, Transfer } from './command.js'
import { approve, declined, reject, type Decision, type Execution } from './decision.js'
import { AccountNotFoundError } from './errors.js'
import { accountIn, closed, move, targetOf } from './movement.js'
import type { View } from './view.js'

export const PAYMENT_MESSAGE = 'Payment processed successfully'

export function processPayment(execution: Execution, command: ProcessPayment, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const currency = command.currency ?? account.currency
  const leg = {
    from: command.accountId,
    to: targetOf(command.payee, account.currency),
    amount: command.amount,
    currency
  }
  return pay(execution, leg, view, PAYMENT_MESSAGE)
}

export function transfer(execution: Execution, command: Transfer, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const currency = command.currency ?? account.currency
  const leg = { from: command.accountId, to: targetOf(command.to, account.currency), amount: command.amount, currency }
  return pay(execution, leg, view, 'Transfer processed successfully')
}

export function deposit(execution: Execution, command: Deposit, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const currency = command.currency ?? account.currency
  const from = systemAccountId(FUNDING, account.currency)
  const leg = { from, to: command.accountId, amount: command.amount, currency }
  return pay(execution, leg, view, 'Deposit processed successfully')
}

/** Several movements, all or nothing; every rule is checked on the whole. */
export function postTransaction(execution: Execution, command: PostTransaction, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const legs = command.legs.map(leg => ({ ...leg, to: targetOf(leg.to, leg.currency) }))
  const missing = legs.flatMap(leg => [leg.from, leg.to]).find(id => accountIn(view, id) === undefined)
  if (missing !== undefined) return reject(new AccountNotFoundError(missing))
  const { currency } = legs[0]!
  // One number cannot sum several currencies: the amount of the answer is the total in the first leg's currency.
  const amount = legs.reduce((sum, leg) => (leg.currency === currency ? sum + leg.amount : sum), 0n)
  if (account.closed && legs.every(leg => leg.from !== leg.to)) {
    return declined(execution, { amount, currency }, closed(account.accountId))
  }
  const postings = move(legs, view, { shortage: 'insufficient_funds' })
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  // From here on the command must succeed.
  return approve(execution, { amount, currency, message: 'Transaction posted successfully', postings })
}

function pay(execution: Execution, leg: Leg, view: View, message: string): Decision {
  if (accountIn(view, leg.to) === undefined) return reject(new AccountNotFoundError(leg.to))
  const { amount, currency } = leg
  const postings = move([leg], view, { shortage: 'insufficient_funds' })
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  // From here on the command must succeed.
  return approve(execution, { amount, currency, message, postings })
}
