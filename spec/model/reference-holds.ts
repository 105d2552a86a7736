import { AMOUNT_MAX, type DeclineCode } from 'bursar'
import { NO_ACCOUNT, NO_TRANSACTION, type CommandOf, type Plan, type Refusal } from './plan.js'
import type { Hold, ReferenceBooks } from './reference-books.js'
import { shortageOf } from './reference-rules.js'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/** Reserves: nothing is posted, so that only what is held can leave its range. */
export function authorize(books: ReferenceBooks, command: CommandOf<'AuthorizePayment'>): Plan | Refusal {
  const { accountId } = command
  const movement = books.movement(command, accountId, command.payee)
  const { amount, currency, to: payee } = movement
  if (books.currencyOf(payee) === undefined) return NO_ACCOUNT
  const against = books.against([movement], 'insufficient_funds').filter((code): boolean => code !== 'amount_overflow')
  if (books.heldOf(accountId) + amount > AMOUNT_MAX) against.push('amount_overflow')
  const deadline = books.now + (command.expiresInMs ?? WEEK_MS)
  return {
    amount,
    currency,
    expiresAt: deadline,
    shortage: shortageOf(books, accountId, amount),
    against,
    effect() {
      const hold: Hold = { accountId, amount, payee, deadline, ended: null }
      books.holds.push(hold)
      return { type: command.type, accountId, legs: [], hold }
    }
  }
}

/** Settles what was reserved, which can therefore not be lacking. */
export function capture(books: ReferenceBooks, command: CommandOf<'CapturePayment'>): Plan | Refusal {
  const hold = holdOf(books, command)
  if ('error' in hold) return hold
  const movement = books.movement({ ...command, amount: command.amount ?? hold.amount }, hold.accountId, hold.payee)
  const { amount, currency } = movement
  const against = [...books.against([movement], undefined), ...endOf(books, hold)]
  if (amount > hold.amount) against.push('capture_exceeds_hold')
  return {
    amount,
    currency,
    against,
    effect() {
      hold.ended = 'captured'
      return books.apply([movement], command)
    }
  }
}

/** Releases, whatever the standing of the account. */
export function voidHold(books: ReferenceBooks, command: CommandOf<'VoidPayment'>): Plan | Refusal {
  const hold = holdOf(books, command)
  if ('error' in hold) return hold
  const { accountId, amount } = hold
  return {
    amount,
    currency: books.currencyOf(accountId),
    against: endOf(books, hold),
    effect() {
      hold.ended = 'voided'
      return { type: command.type, accountId, legs: [] }
    }
  }
}

function holdOf(books: ReferenceBooks, command: CommandOf<'CapturePayment' | 'VoidPayment'>): Hold | Refusal {
  const named = books.transactions.get(command.authorizationId)
  if (named === undefined) return NO_TRANSACTION
  const isForeign = named.accountId !== command.accountId
  return isForeign ? { ...NO_TRANSACTION, isRecorded: true } : (named.hold ?? NO_TRANSACTION)
}

function endOf(books: ReferenceBooks, hold: Hold): readonly DeclineCode[] {
  switch (books.stateOf(hold)) {
    case 'captured':
      return ['hold_already_captured']
    case 'voided':
      return ['hold_already_voided']
    case 'expired':
      return ['hold_expired']
    default:
      return []
  }
}
