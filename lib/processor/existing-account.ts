import { isSystemAccount, type AccountState } from '../domain/account.js'
import { AccountNotFoundError } from '../domain/errors.js'
import { targetOf } from '../domain/movement.js'
import { CURRENCY_CODES } from '../money/currencies.js'

/** Every account that a name may stand for: a bare system name means the only one of that name. */
export function accountsNamed(accountId: string): readonly string[] {
  return isSystemAccount(accountId) ? CURRENCY_CODES.map(currency => targetOf(accountId, currency)) : [accountId]
}

/** The one account that a name stands for. @throws AccountNotFoundError when there is none, or more than one */
export function existing(
  view: { account(accountId: string): AccountState | undefined },
  accountId: string
): AccountState {
  const named = accountsNamed(accountId).map(name => view.account(name))
  const found = new Set(named.filter(account => account !== undefined))
  const [account] = found
  if (account === undefined || found.size > 1) throw new AccountNotFoundError(accountId)
  return account
}
