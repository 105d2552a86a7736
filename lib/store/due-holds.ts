import type { TransactionState } from '../domain/transaction.js'
import type { Wanted } from './store.js'

/** The holds that a question about due holds asks for, out of all that may be; the earliest deadline first. */
export function selectDueHolds(
  candidates: Iterable<TransactionState>,
  wanted: NonNullable<Wanted['dueHolds']>
): TransactionState[] {
  const open = [...candidates]
    .filter(({ hold }) => hold?.status === 'open')
    .sort((one, other) => one.hold!.deadline - other.hold!.deadline || one.entry.sequence - other.entry.sequence)
  const isDue = ({ hold }: TransactionState) => hold!.deadline <= wanted.dueAt
  if ('limit' in wanted) return open.filter(isDue).slice(0, wanted.limit)

  const accounts = new Set(wanted.accounts)
  const withNext = new Set<string>()
  return open.filter(hold => {
    const { accountId } = hold.entry.command
    if (!accounts.has(accountId)) return false
    if (isDue(hold)) return true
    const isNext = !withNext.has(accountId)
    withNext.add(accountId)
    return isNext
  })
}
