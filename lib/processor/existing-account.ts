import { isSystemAccount, SYSTEM_NAMES, systemAccountId, type AccountState } from '../domain/account.js'
import { AccountNotFoundError } from '../domain/errors.js'
import { CURRENCY_CODES } from '../money/currencies.js'

interface Accounts {
  account(accountId: string): AccountState | undefined
}

/** Every account that a read of this one needs: of system accounts all, so that a refusal can name those there are. */
export function accountsNamed(accountId: string): readonly string[] {
  if (!isSystemAccount(accountId)) return [accountId]
  return SYSTEM_NAMES.flatMap(name => CURRENCY_CODES.map(currency => systemAccountId(name, currency)))
}

/**
 * The one account that a name stands for: a bare system name means the only one of that name.
 *
 * @throws AccountNotFoundError when there is none, or more than one
 */
export function existing(accounts: Accounts, accountId: string): AccountState {
  const account = accounts.account(accountId)
  if (account !== undefined) return account
  if (!isSystemAccount(accountId)) throw new AccountNotFoundError(accountId)
  const system = accountsNamed(accountId).flatMap(id => accounts.account(id) ?? [])
  const named = system.filter(one => one.accountId.startsWith(`${accountId}:`))
  if (named.length === 1) return named[0]!
  throw named.length > 1 ? severalNamed(accountId, named) : noneNamed(accountId, system)
}

function severalNamed(accountId: string, named: readonly AccountState[]): AccountNotFoundError {
  const ledgerHas = `System accounts exist once per currency, and this ledger has ${listed(named)}: name one of them.`
  return new AccountNotFoundError(accountId, `stands for ${named.length} accounts. ${ledgerHas}`)
}

function noneNamed(accountId: string, system: readonly AccountState[]): AccountNotFoundError {
  const ledgerHas = system.length === 0 ? 'none yet' : listed(system)
  return new AccountNotFoundError(
    accountId,
    'not found. System accounts exist once per currency, from the first movement that needs them; ' +
      `this ledger has ${ledgerHas}.`
  )
}

function listed(accounts: readonly AccountState[]): string {
  return accounts
    .map(({ accountId }) => accountId)
    .sort()
    .join(', ')
}
