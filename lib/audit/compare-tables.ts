import type { AccountState } from '../domain/account.js'
import type { StoreSnapshot } from '../store/store.js'
import type { ProblemList } from './problem-list.js'
import { messageOf } from './read-entry.js'
import { originNumber } from './rebuilt-accounts.js'
import type { RebuiltBooks } from './rebuilt-books.js'
import { accountsOf, changedTransactionsOf } from './stored-state.js'

/**
 * Compares every account, refund and hold that the store keeps with how it stands by the journal, both ways. Reports what
 * differs and goes on; returns how many accounts there are.
 */
export async function compareTables(
  snapshot: StoreSnapshot,
  rebuilt: RebuiltBooks,
  problems: ProblemList
): Promise<number> {
  await guarded(problems, () => compareTransactions(snapshot, rebuilt, problems))
  return (await guarded(problems, () => compareAccounts(snapshot, rebuilt, problems))) ?? 0
}

async function guarded<T>(problems: ProblemList, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    problems.add(null, null, `the tables cannot be read: ${messageOf(error)}`)
    return undefined
  }
}

async function compareTransactions(
  snapshot: StoreSnapshot,
  rebuilt: RebuiltBooks,
  problems: ProblemList
): Promise<void> {
  let missing = rebuilt.changedCount
  for await (const stored of changedTransactionsOf(snapshot)) {
    const { sequence } = stored.entry
    if (rebuilt.hasChanged(sequence)) missing--
    if (rebuilt.isAsRebuilt(stored)) continue
    problems.add(sequence, null, 'refunds or the hold of this transaction stand otherwise than by the journal')
  }
  if (missing === 0) return
  // Only now is it worth remembering which there are.
  const kept = new Set<number>()
  for await (const { entry } of changedTransactionsOf(snapshot)) kept.add(entry.sequence)
  for (const sequence of rebuilt.changed()) {
    if (!kept.has(sequence))
      problems.add(sequence, null, 'refunds or the hold of this transaction are not in the store')
  }
}

async function compareAccounts(snapshot: StoreSnapshot, rebuilt: RebuiltBooks, problems: ProblemList): Promise<number> {
  const { accounts } = rebuilt
  let count = 0
  let missing = accounts.size
  for await (const stored of accountsOf(snapshot)) {
    count++
    const { accountId } = stored
    const state = accounts.get(accountId)
    if (state !== undefined) missing--
    const difference = differenceOf(stored, state, accounts.originOf(accountId))
    if (difference !== undefined) problems.add(null, accountId, difference)
  }
  if (missing === 0) return count
  const kept = new Set<string>()
  for await (const { accountId } of accountsOf(snapshot)) kept.add(accountId)
  for (const accountId of accounts.ids()) {
    if (!kept.has(accountId)) problems.add(null, accountId, 'this account of the journal is missing from the store')
  }
  return count
}

const FIELDS = [
  ...(['posted', 'held', 'overdraftLimit', 'currency', 'frozen', 'closed'] as const),
  ...(['createdSequence', 'holdDeadline'] as const)
]

function differenceOf(
  stored: AccountState,
  rebuilt: AccountState | undefined,
  origin: number | undefined
): string | undefined {
  if (rebuilt === undefined) return 'the store keeps an account that the journal does not know'
  for (const field of FIELDS) {
    if (stored[field] !== rebuilt[field])
      return `${field} is ${stored[field]} in the store, ${rebuilt[field]} by the journal`
  }
  return originNumber(stored) === origin ? undefined : 'metadata or createdAt are not those of its creation'
}
