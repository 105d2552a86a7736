import { isSystemAccount } from './account.js'
import type { Leg, RefundPayment } from './command.js'
import type { Decline } from './decline.js'
import { approve, declined, type Decision, type Execution } from './decision.js'
import { findEarlier } from './earlier-transaction.js'
import { accountIn, closed, move, otherCurrency, standing } from './movement.js'
import { legsOf, type TransactionState } from './transaction.js'
import type { View } from './view.js'

/** Gives money of a settled payment back from where it went. */
export function refundPayment(execution: Execution, command: RefundPayment, view: View): Decision {
  const found = findEarlier(execution, command, view)
  if (found.kind !== 'found') return found
  const { account, transaction: original } = found
  const asked = { amount: command.amount ?? 0n, currency: command.currency ?? account.currency }

  const paid = refundableLegs(original)
  const index = command.leg ?? 0
  if (paid === undefined) return declined(execution, asked, notRefundable(original))
  const leg = paid[index]
  if (leg === undefined || (command.leg === undefined && paid.length > 1)) {
    return declined(execution, asked, noSuchLeg(paid.length))
  }

  const remaining = leg.amount - (original.refunded[index] ?? 0n)
  const amount = command.amount ?? remaining
  const [from, to] = [accountIn(view, leg.to)!, accountIn(view, leg.from)!]
  const back = { from, to, amount, currency: leg.currency }
  const money = { amount, currency: command.currency ?? leg.currency }
  const blocked =
    (account.closed ? closed(account.accountId) : undefined) ??
    standing([back]) ??
    (money.currency === leg.currency ? undefined : otherCurrency(leg.from, leg.currency, money.currency)) ??
    exhausted(amount, remaining)
  if (blocked) return declined(execution, money, blocked)
  const postings = move([back], { shortage: 'payee_insufficient_funds' })
  if ('code' in postings) return declined(execution, money, postings)
  // From here on the command must succeed.
  const message = `Refund processed for ${command.originalTransactionId}`
  return approve(execution, { ...money, message, postings, refundable: remaining - amount })
}

/** Only settled payments are refunded: `undefined` for everything else, money that the ledger itself gave included. */
export function refundableLegs({ entry }: TransactionState): readonly Leg[] | undefined {
  switch (entry.command.type) {
    case 'ProcessPayment':
    case 'CapturePayment':
    case 'PostTransaction': {
      const legs = legsOf(entry)
      return legs.some(leg => isSystemAccount(leg.from)) ? undefined : legs
    }
    default:
      return undefined
  }
}

/** What may still be refunded of a transaction, over all its legs. */
export function refundableOf(transaction: TransactionState): bigint {
  const legs = refundableLegs(transaction) ?? []
  return legs.reduce((sum, leg, index) => sum + leg.amount - (transaction.refunded[index] ?? 0n), 0n)
}

function exhausted(amount: bigint, refundable: bigint): Decline | undefined {
  if (refundable === 0n) return { code: 'already_refunded', message: 'Nothing remains to be refunded', refundable }
  if (amount <= refundable) return undefined
  return { code: 'refund_exceeds_remaining', message: `Refund exceeds what remains: ${refundable}`, refundable }
}

function notRefundable({ entry: { command } }: TransactionState): Decline {
  const hint = command.type === 'AuthorizePayment' ? '; void the hold, or refund its capture' : ''
  const what = command.type === 'PostTransaction' ? 'PostTransaction out of a system account' : command.type
  return { code: 'not_refundable', message: `A ${what} cannot be refunded${hint}` }
}

function noSuchLeg(count: number): Decline {
  return { code: 'not_refundable', message: `Expected leg to name one of ${count} legs, from 0` }
}
