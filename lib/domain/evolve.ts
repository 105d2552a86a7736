import { newSystemAccount, withMoney, type AccountState } from './account.js'
import type { Entry, Posting } from './entry.js'
import { invariant } from './errors.js'
import { accountsChangedBy, legsOf, type TransactionState } from './transaction.js'
import type { View } from './view.js'

/** What an entry changes: whole records as they stand afterwards. */
export interface Changes {
  readonly accounts: readonly AccountState[]
  readonly transactions: readonly TransactionState[]
}

const NOTHING: Changes = { accounts: [], transactions: [] }

/**
 * Applies an entry to the state. The same function runs when the entry is decided, when it is recovered after a crash
 * and when it is verified, so that replay gives the same state. It asserts the ledger's invariants on the way.
 */
export function evolve(view: View, entry: Entry): Changes {
  if (entry.outcome !== 'approved') return NOTHING
  if (entry.command.type === 'CreateAccount') {
    invariant(entry.account !== null, `entry ${entry.sequence} creates no account`)
  }
  assertBalanced(entry)
  const changed = accountsChangedBy(entry)
  const accounts = new Array<AccountState>(changed.length)
  for (let index = 0; index < changed.length; index++) accounts[index] = before(view, entry, changed[index]!)
  for (const { accountId, amount, balanceAfter: posted } of entry.postings) {
    const index = indexOf(accounts, accountId)
    const account = accounts[index]!
    if (account.posted + amount !== posted) broken(entry, `balance of ${accountId} does not follow`)
    accounts[index] = withMoney(account, { posted, held: account.held, holdDeadline: account.holdDeadline })
  }
  for (const { accountId, amount, heldAfter: held } of entry.holds) {
    const index = indexOf(accounts, accountId)
    const account = accounts[index]!
    if (account.held + amount !== held || held < 0n) broken(entry, `holds of ${accountId} do not follow`)
    const holdDeadline = held === 0n ? null : earliest(account.holdDeadline, deadlineOf(entry))
    accounts[index] = withMoney(account, { posted: account.posted, held, holdDeadline })
  }
  for (const balance of entry.balances) {
    const { posted, held, overdraftLimit } =
      accounts[indexOf(accounts, balance.accountId)] ?? before(view, entry, balance.accountId)
    const follows = posted === balance.posted && held === balance.held && overdraftLimit === balance.overdraftLimit
    if (!follows) broken(entry, `resulting balance of ${balance.accountId} does not follow`)
  }
  return { accounts, transactions: transactionsOf(view, entry) }
}

/** An account before its money moves, with the terms that the entry sets. */
function before(view: View, entry: Entry, accountId: string): AccountState {
  const { account: changed, command, timestamp: at, sequence } = entry
  if (changed?.accountId === accountId) return command.type === 'CreateAccount' ? { ...changed, posted: 0n } : changed
  const account = view.account(accountId) ?? newSystemAccount(accountId, { at, sequence })
  return account ?? broken(entry, `account ${accountId} is unknown`)
}

function indexOf(accounts: readonly AccountState[], accountId: string): number {
  for (let index = 0; index < accounts.length; index++) if (accounts[index]!.accountId === accountId) return index
  return -1
}

/** Postings sum to zero in every currency. */
function assertBalanced(entry: Entry): void {
  const { postings } = entry
  for (let index = 0; index < postings.length; index++) {
    const { currency, amount } = postings[index]!
    if (firstIn(postings, currency) < index) continue
    let sum = amount
    for (let other = index + 1; other < postings.length; other++) {
      if (postings[other]!.currency === currency) sum += postings[other]!.amount
    }
    if (sum !== 0n) broken(entry, `postings in ${currency} sum to ${sum}`)
  }
}

function firstIn(postings: readonly Posting[], currency: string): number {
  let first = 0
  while (postings[first]!.currency !== currency) first++
  return first
}

function broken(entry: Entry, what: string): never {
  invariant(false, `entry ${entry.sequence}: ${what}`)
}

function deadlineOf({ command, timestamp }: Entry): number | null {
  return command.type === 'AuthorizePayment' ? timestamp + command.expiresInMs : null
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}

/** Holds begin and end, payments get refunded: the few entries that change how an earlier or new transaction stands. */
function transactionsOf(view: View, entry: Entry): readonly TransactionState[] {
  const { command } = entry
  switch (command.type) {
    case 'AuthorizePayment':
      return [{ entry, refunded: [], hold: { status: 'open', deadline: deadlineOf(entry)! } }]
    case 'CapturePayment':
      return [endedHold(view, entry, command.authorizationId, 'captured')]
    case 'VoidPayment':
      return [endedHold(view, entry, command.authorizationId, 'voided')]
    case 'ExpireHold':
      return [endedHold(view, entry, command.authorizationId, 'expired')]
    case 'RefundPayment':
      return [refundedPayment(view, entry, command.originalTransactionId, command.leg ?? 0)]
    default:
      return NOTHING.transactions
  }
}

function endedHold(view: View, entry: Entry, id: string, status: 'captured' | 'voided' | 'expired'): TransactionState {
  const authorization = view.transaction(id)
  if (authorization?.hold?.status !== 'open') return broken(entry, `hold ${id} ends, but is not open`)
  return { ...authorization, hold: { status, deadline: authorization.hold.deadline } }
}

function refundedPayment(view: View, entry: Entry, id: string, leg: number): TransactionState {
  const original = view.transaction(id) ?? broken(entry, `unknown transaction ${id} is refunded`)
  const paid = legsOf(original.entry)
  const refunded = paid.map((_, index) => (original.refunded[index] ?? 0n) + (index === leg ? entry.amount : 0n))
  if (refunded[leg]! > (paid[leg]?.amount ?? 0n)) broken(entry, `more is refunded than was paid in ${id}`)
  return { ...original, refunded }
}
