import type { Entry, ResultingBalance } from './entry.js'
import { accountIn } from './movement.js'
import type { View } from './view.js'

/** The balances that an entry leaves behind, where its postings alone would not tell them. */
export function resultingBalances(entry: Entry, view: View): readonly ResultingBalance[] {
  if (entry.outcome !== 'approved' || entry.account !== null || !isMoreThanPosted(entry, view)) return entry.balances
  const accounts = new Set([...entry.postings, ...entry.holds].map(change => change.accountId))
  return [...accounts].map(accountId => {
    const before = accountIn(view, accountId)!
    return {
      accountId,
      posted: entry.postings.findLast(posting => posting.accountId === accountId)?.balanceAfter ?? before.posted,
      held: entry.holds.findLast(change => change.accountId === accountId)?.heldAfter ?? before.held,
      overdraftLimit: before.overdraftLimit
    }
  })
}

function isMoreThanPosted({ holds, postings }: Entry, view: View): boolean {
  if (holds.length > 0) return true
  for (const { accountId } of postings) {
    const account = accountIn(view, accountId)!
    if (account.held !== 0n || account.overdraftLimit !== 0n) return true
  }
  return false
}

/** What an account had after an entry that changed it; `undefined` when the entry did not. */
export function balanceAfter(entry: Entry, accountId: string): ResultingBalance | undefined {
  if (entry.account?.accountId === accountId) return entry.account
  const balance = entry.balances.find(candidate => candidate.accountId === accountId)
  if (balance !== undefined) return balance
  const posting = entry.postings.findLast(candidate => candidate.accountId === accountId)
  return posting && { accountId, posted: posting.balanceAfter, held: 0n, overdraftLimit: 0n }
}
