import type { AccountState } from './account.js'
import type { RecordedCommand } from './command.js'
import { refused, reject, type Decision, type Execution } from './decision.js'
import { AccountNotFoundError, TransactionNotFoundError } from './errors.js'
import type { TransactionState } from './transaction.js'
import type { View } from './view.js'

/** A command that is about an earlier transaction of its account. */
type Referring = Extract<
  RecordedCommand,
  { readonly accountId: string } & ({ readonly originalTransactionId: string } | { readonly authorizationId: string })
>

interface Found {
  readonly kind: 'found'
  readonly account: AccountState
  readonly transaction: TransactionState
}

/**
 * The account of a command and the earlier transaction that it names. A transaction of another account is refused with
 * the answer of an unknown one, so that nobody can probe, and the attempt is recorded, whatever that transaction is.
 */
export function findEarlier(execution: Execution, command: Referring, view: View): Found | Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const id = 'authorizationId' in command ? command.authorizationId : command.originalTransactionId
  const transaction = view.transaction(id)
  if (transaction === undefined) return reject(new TransactionNotFoundError(id, command.accountId))
  if (transaction.entry.command.accountId === command.accountId) return { kind: 'found', account, transaction }
  const asked = {
    amount: ('amount' in command ? command.amount : undefined) ?? 0n,
    currency: ('currency' in command ? command.currency : undefined) ?? account.currency
  }
  return refused(execution, asked, new TransactionNotFoundError(id, command.accountId))
}
