import { FUNDING, newAccount, systemAccountId, type AccountState } from './account.js'
import type { CloseAccount, CreateAccount, FreezeAccount, SetAccountLimits, UnfreezeAccount } from './command.js'
import { approve, declined, reject, type Decision, type Execution } from './decision.js'
import { AccountAlreadyExistsError, AccountNotFoundError } from './errors.js'
import { accountIn, closed, move } from './movement.js'
import type { View } from './view.js'

/** Opens an account, with its first balance out of the funding account in the same entry. */
export function createAccount(execution: Execution, command: CreateAccount, view: View): Decision {
  const { accountId, currency, initialBalance: amount } = command
  if (view.account(accountId) !== undefined) return reject(new AccountAlreadyExistsError(accountId))
  const { now: at, sequence } = execution.context
  const opened = newAccount({ ...command, at, sequence })
  const created = { amount, currency, message: 'Account created' }
  if (amount === 0n) return approve(execution, { ...created, account: opened })

  const from = accountIn(view, systemAccountId(FUNDING, currency))!
  const postings = move([{ from, to: opened, amount, currency }], { shortage: 'insufficient_funds' })
  if ('code' in postings) return declined(execution, { amount, currency }, postings)
  // From here on the command must succeed.
  return approve(execution, { ...created, postings, account: { ...opened, posted: amount } })
}

type StandingCommand = SetAccountLimits | FreezeAccount | UnfreezeAccount | CloseAccount

/** Changes what an account may do. */
export function changeAccount(execution: Execution, command: StandingCommand, view: View): Decision {
  const account = view.account(command.accountId)
  if (account === undefined) return reject(new AccountNotFoundError(command.accountId))
  const nothing = { amount: 0n, currency: account.currency }
  if (account.closed) return declined(execution, nothing, closed(account.accountId))
  if (command.type === 'CloseAccount' && (account.posted !== 0n || account.held !== 0n)) {
    const message = `Account ${account.accountId} is not empty. Posted: ${account.posted}, Held: ${account.held}`
    return declined(execution, nothing, { code: 'account_not_empty', message })
  }
  // From here on the command must succeed.
  return approve(execution, { ...nothing, message: MESSAGE[command.type], account: changed(account, command) })
}

const MESSAGE = {
  SetAccountLimits: 'Account limits set',
  FreezeAccount: 'Account frozen',
  UnfreezeAccount: 'Account unfrozen',
  CloseAccount: 'Account closed'
} as const satisfies Record<StandingCommand['type'], string>

function changed(account: AccountState, command: StandingCommand): AccountState {
  switch (command.type) {
    case 'SetAccountLimits':
      return { ...account, overdraftLimit: command.overdraftLimit }
    case 'FreezeAccount':
      return { ...account, frozen: command.direction }
    case 'UnfreezeAccount':
      return { ...account, frozen: null }
    case 'CloseAccount':
      return { ...account, closed: true }
    default:
      return command satisfies never
  }
}
