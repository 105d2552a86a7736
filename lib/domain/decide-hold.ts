import { availableOf, type AccountState } from './account.js'
import type { AuthorizePayment, CapturePayment, ExpireHold, VoidPayment } from './command.js'
import type { Decline } from './decline.js'
import { approve, declined, reject, type Decision, type Execution } from './decision.js'
import { findEarlier } from './earlier-transaction.js'
import type { HoldChange } from './entry.js'
import { AccountNotFoundError, invariant, TransactionNotFoundError } from './errors.js'
import { isBalanceInRange } from './money.js'
import { accountIn, move, otherCurrency, overflowing, short, standing, targetOf } from './movement.js'
import type { TransactionState } from './transaction.js'
import type { View } from './view.js'

/** Reserves money: `available` falls at once, `posted` stays. */
export function authorizePayment(execution: Execution, command: AuthorizePayment, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const payee = targetOf(command.payee, account.currency)
  const to = accountIn(view, payee)
  if (to === undefined) return reject(new AccountNotFoundError(payee))
  const { amount } = command
  const currency = command.currency ?? account.currency
  const available = availableOf(account)
  const blocked =
    standing([{ from: account, to, amount, currency }]) ??
    (amount > available ? short('insufficient_funds', available, amount) : undefined) ??
    (isBalanceInRange(account.held + amount) ? undefined : overflowing())
  if (blocked) return declined(execution, { amount, currency }, blocked)
  // From here on the command must succeed.
  return approve(execution, { amount, currency, message: 'Payment authorized', holds: [held(account, amount)] })
}

/** Settles up to the held amount, once, and releases the rest. */
export function capturePayment(execution: Execution, command: CapturePayment, view: View): Decision {
  const found = findHold(execution, command, view)
  if (found.kind !== 'hold') return found
  const { account, hold, reserved } = found
  const authorization = hold.entry.command as AuthorizePayment
  const amount = command.amount ?? reserved
  const currency = command.currency ?? hold.entry.currency
  const to = accountIn(view, targetOf(authorization.payee, account.currency))!
  const movement = { from: account, to, amount, currency: hold.entry.currency }
  const blocked =
    standing([movement]) ??
    (currency === hold.entry.currency ? undefined : otherCurrency(account.accountId, account.currency, currency)) ??
    ended(hold, execution.context.now) ??
    (amount > reserved ? exceedsHold(reserved) : undefined)
  if (blocked) return declined(execution, { amount, currency }, blocked)
  const postings = move([movement], { shortage: 'insufficient_funds', released: reserved })
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  // From here on the command must succeed.
  return approve(execution, {
    amount,
    currency,
    message: `Capture processed for ${command.authorizationId}`,
    postings,
    holds: [held(account, -reserved)]
  })
}

/** Releases a hold entirely; passes whatever the standing of the account. */
export function voidPayment(execution: Execution, command: VoidPayment, view: View): Decision {
  const found = findHold(execution, command, view)
  if (found.kind !== 'hold') return found
  const { account, hold, reserved } = found
  const money = { amount: reserved, currency: hold.entry.currency }
  const blocked = ended(hold, execution.context.now)
  if (blocked) return declined(execution, money, blocked)
  // From here on the command must succeed.
  const message = `Void processed for ${command.authorizationId}`
  return approve(execution, { ...money, message, holds: [held(account, -reserved)] })
}

/** Releases a hold whose deadline has passed. Only the ledger itself asks for it, and only then. */
export function expireHold(execution: Execution, command: ExpireHold, view: View): Decision {
  const account = view.account(command.accountId)
  const hold = view.transaction(command.authorizationId)
  invariant(account !== undefined && hold?.hold?.status === 'open', `${command.authorizationId} is no open hold`)
  invariant(hold.hold.deadline <= execution.context.now, `hold ${command.authorizationId} is not due`)
  const { amount, currency } = hold.entry
  const message = `Hold ${command.authorizationId} expired`
  return approve(execution, { amount, currency, message, holds: [held(account, -amount)] })
}

type FoundHold = {
  readonly kind: 'hold'
  readonly account: AccountState
  readonly hold: TransactionState
  readonly reserved: bigint
}

function findHold(execution: Execution, command: CapturePayment | VoidPayment, view: View): FoundHold | Decision {
  const found = findEarlier(execution, command, view)
  if (found.kind !== 'found') return found
  const { account, transaction: hold } = found
  if (hold.hold === null) return reject(new TransactionNotFoundError(command.authorizationId, command.accountId))
  return { kind: 'hold', account, hold, reserved: hold.entry.amount }
}

/** A hold ends exactly once; at or after its deadline it has ended, whether or not a sweep has come by. */
function ended({ entry, hold }: TransactionState, now: number): Decline | undefined {
  const id = entry.transactionId
  switch (hold!.status) {
    case 'captured':
      return { code: 'hold_already_captured', message: `Hold ${id} was captured` }
    case 'voided':
      return { code: 'hold_already_voided', message: `Hold ${id} was voided` }
    case 'expired':
      return { code: 'hold_expired', message: `Hold ${id} has expired` }
    case 'open':
      return hold!.deadline <= now ? { code: 'hold_expired', message: `Hold ${id} has expired` } : undefined
    default:
      return hold!.status satisfies never
  }
}

function exceedsHold(reserved: bigint): Decline {
  return { code: 'capture_exceeds_hold', message: `Capture exceeds the held amount: ${reserved}` }
}

function held(account: AccountState, amount: bigint): HoldChange {
  return { accountId: account.accountId, amount, heldAfter: account.held + amount }
}
