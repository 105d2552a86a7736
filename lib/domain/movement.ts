import {
  availableOf,
  isFrozenFor,
  isSystemAccount,
  newSystemAccount,
  SETTLEMENT,
  systemAccountId,
  type AccountState
} from './account.js'
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

/** An amount that is to go from one account to another, as both stand before. */
export interface Movement {
  readonly from: AccountState
  readonly to: AccountState
  readonly amount: bigint
  readonly currency: string
}

/** Checks all movements as one whole, in the documented order, and turns them into balanced postings. */
export function move(movements: readonly Movement[], rules: MovementRules): Decline | readonly Posting[] {
  const blocked = standing(movements)
  if (blocked) return blocked
  const postings = new Array<Posting>(2 * movements.length)
  for (let index = 0; index < movements.length; index++) {
    const { from, to, amount } = movements[index]!
    post(postings, 2 * index, from, -amount)
    post(postings, 2 * index + 1, to, amount)
  }
  return shortage(movements, postings, rules) ?? overflow(postings) ?? postings
}

/** Rules about the accounts themselves, before any about money. */
export function standing(movements: readonly Movement[]): Decline | undefined {
  for (const { from, to } of movements) {
    const { accountId } = from
    if (accountId === to.accountId) return { code: 'same_account', message: `Account ${accountId} cannot pay itself` }
  }
  for (const { from, to } of movements) {
    if (from.closed) return closed(from.accountId)
    if (to.closed) return closed(to.accountId)
  }
  for (const { from, to } of movements) {
    if (isFrozenFor(from, 'debits')) return frozen(from.accountId, 'debits')
    if (isFrozenFor(to, 'credits')) return frozen(to.accountId, 'credits')
  }
  for (const { from, to, currency } of movements) {
    if (from.currency !== currency) return otherCurrency(from.accountId, from.currency, currency)
    if (to.currency !== currency) return otherCurrency(to.accountId, to.currency, currency)
  }
  return undefined
}

function post(postings: Posting[], index: number, { accountId, currency, posted }: AccountState, amount: bigint): void {
  const balance = lastBalance(postings, accountId, index) ?? posted
  postings[index] = { accountId, currency, amount, balanceAfter: balance + amount }
}

/** The balance of an account after the first postings, where one of them is its. */
function lastBalance(postings: readonly Posting[], accountId: string, count = postings.length): bigint | undefined {
  for (let index = count - 1; index >= 0; index--) {
    if (postings[index]!.accountId === accountId) return postings[index]!.balanceAfter
  }
  return undefined
}

/** No account may end below its limit by this movement, whatever passes through it on the way. */
function shortage(
  movements: readonly Movement[],
  postings: readonly Posting[],
  rules: MovementRules
): Decline | undefined {
  const released = rules.released ?? 0n
  for (const { from } of movements) {
    if (isSystemAccount(from.accountId)) continue
    const after = lastBalance(postings, from.accountId)!
    if (after >= from.held) continue
    const required = from.posted - after
    const available = availableOf(from) + (from === movements[0]!.from ? released : 0n)
    // A limit lowered below its use leaves `available` negative; a capture of what was held makes that no worse.
    if (required > available && required > released) return short(rules.shortage, available, required)
  }
  return undefined
}

/** Every balance on the way is a number of the entry, and none of them may leave the range. */
function overflow(postings: readonly Posting[]): Decline | undefined {
  for (const { balanceAfter } of postings) if (!isBalanceInRange(balanceAfter)) return overflowing()
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
