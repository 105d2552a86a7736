import {
  availableOf,
  isFrozenFor,
  isSystemAccount,
  newSystemAccount,
  SETTLEMENT,
  systemAccountId,
  type AccountState
} from './account.js'
import type { Leg } from './command.js'
import type { Decline } from './decline.js'
import type { Posting } from './entry.js'
import { isBalanceInRange } from './money.js'
import type { View } from './view.js'

/** The account that a name means: bare system names stand for the one in the given currency. */
export function targetOf(name: string | undefined, currency: string): string {
  const target = name ?? SETTLEMENT
  return isSystemAccount(target) && !target.includes(':') ? systemAccountId(target, currency) : target
}

/** An account as a movement sees it; system accounts open on first use. */
export function accountIn(view: View, accountId: string): AccountState | undefined {
  return view.account(accountId) ?? newSystemAccount(accountId, { at: 0, sequence: 0 })
}

interface MovementRules {
  /** What to answer when an account would go below its limit. */
  readonly shortage: 'insufficient_funds' | 'payee_insufficient_funds'
  /** Reserved money of the first account that this movement sets free. */
  readonly released?: bigint
}

/**
 * Checks all legs as one whole, in the documented order, and turns them into balanced postings. Every account exists:
 * the caller has checked that.
 */
export function move(legs: readonly Leg[], view: View, rules: MovementRules): Decline | readonly Posting[] {
  const blocked = standing(legs, view)
  if (blocked) return blocked
  const postings: Posting[] = []
  for (const leg of legs) {
    post(postings, view, leg.from, -leg.amount, leg.currency)
    post(postings, view, leg.to, leg.amount, leg.currency)
  }
  return shortage(postings, view, rules) ?? overflow(postings) ?? postings
}

function post(postings: Posting[], view: View, accountId: string, amount: bigint, currency: string): void {
  const balance = lastBalance(postings, accountId) ?? accountIn(view, accountId)!.posted
  postings.push({ accountId, currency, amount, balanceAfter: balance + amount })
}

function lastBalance(postings: readonly Posting[], accountId: string): bigint | undefined {
  for (let index = postings.length - 1; index >= 0; index--) {
    if (postings[index]!.accountId === accountId) return postings[index]!.balanceAfter
  }
  return undefined
}

/** No account may end below its limit by this movement, whatever passes through it on the way. */
function shortage(postings: readonly Posting[], view: View, rules: MovementRules): Decline | undefined {
  const released = rules.released ?? 0n
  for (const { accountId, amount } of postings) {
    if (amount > 0n || isSystemAccount(accountId)) continue
    const account = accountIn(view, accountId)!
    const required = account.posted - lastBalance(postings, accountId)!
    const available = availableOf(account) + (accountId === postings[0]!.accountId ? released : 0n)
    // A limit lowered below its use leaves `available` negative; a capture of what was held makes that no worse.
    if (required > available && required > released) return short(rules.shortage, available, required)
  }
  return undefined
}

function overflow(postings: readonly Posting[]): Decline | undefined {
  for (const { accountId } of postings) {
    if (!isBalanceInRange(lastBalance(postings, accountId)!)) return overflowing()
  }
  return undefined
}

/** Rules about the accounts themselves, before any about money. */
export function standing(legs: readonly Leg[], view: View): Decline | undefined {
  for (const leg of legs) {
    if (leg.from === leg.to) return { code: 'same_account', message: `Account ${leg.from} cannot pay itself` }
  }
  for (const leg of legs) {
    if (accountIn(view, leg.from)!.closed) return closed(leg.from)
    if (accountIn(view, leg.to)!.closed) return closed(leg.to)
  }
  for (const leg of legs) {
    if (isFrozenFor(accountIn(view, leg.from)!, 'debits')) return frozen(leg.from, 'debits')
    if (isFrozenFor(accountIn(view, leg.to)!, 'credits')) return frozen(leg.to, 'credits')
  }
  for (const { from, to, currency } of legs) {
    const own = accountIn(view, from)!.currency
    if (own !== currency) return otherCurrency(from, own, currency)
    const other = accountIn(view, to)!.currency
    if (other !== currency) return otherCurrency(to, other, currency)
  }
  return undefined
}

export function closed(accountId: string): Decline {
  return { code: 'account_closed', message: `Account ${accountId} is closed` }
}

export function short(code: MovementRules['shortage'], available: bigint, required: bigint): Decline {
  const whose = code === 'payee_insufficient_funds' ? 'Payee has insufficient funds' : 'Insufficient funds'
  return { code, message: `${whose}. Balance: ${available}, Required: ${required}` }
}

export function overflowing(): Decline {
  return { code: 'amount_overflow', message: 'A balance would leave the range ±(2^63−1)' }
}

export function otherCurrency(accountId: string, currency: string, named: string): Decline {
  return { code: 'currency_mismatch', message: `Account ${accountId} has currency ${currency}, not ${named}` }
}

function frozen(accountId: string, direction: string): Decline {
  return { code: 'account_frozen', message: `Account ${accountId} is frozen for ${direction}` }
}
