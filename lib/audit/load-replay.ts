import { FUNDING, SETTLEMENT, systemAccountId, type AccountState } from '../domain/account.js'
import type { Entry } from '../domain/entry.js'
import { touchedAccounts } from '../domain/touches.js'
import { accountsChangedBy } from '../domain/transaction.js'
import type { KeyName, StoreSession } from '../store/store.js'
import { relatedSequenceOf, Replay } from './replay.js'

/** The state that these entries build on, as it is in a store that ends before the first of them. */
export async function loadReplay(
  session: Pick<StoreSession, 'load'>,
  entries: readonly Entry[],
  head: number
): Promise<Replay> {
  const replay = new Replay()
  const related = new Set(entries.map(relatedSequenceOf))
  const transactions = [...related].filter(sequence => sequence !== undefined && sequence <= head) as readonly number[]
  const earlier = await session.load({ accounts: [], keys: keysOf(entries), transactions })
  for (const state of earlier.transactions) replay.transactions.set(state.entry.sequence, state)
  for (const entry of earlier.keyed) replay.noteKey(entry)

  const named = new Set<string>()
  for (const entry of entries) {
    for (const accountId of accountsChangedBy(entry)) named.add(accountId)
    for (const accountId of touchedAccounts(entry.command, replay)) named.add(accountId)
    // What is captured here may be authorized here: the payee is that of the authorization.
    if (entry.command.type === 'AuthorizePayment' && entry.command.payee !== undefined) named.add(entry.command.payee)
  }
  const own = await accountsIn(session, [...named])
  for (const account of own) replay.accounts.set(account.accountId, account)
  const currencies = new Set([...own, ...entries].map(({ currency }) => currency))
  for (const { command } of entries) {
    if (command.type === 'CreateAccount') currencies.add(command.currency)
    if (command.type === 'PostTransaction') for (const { currency } of command.legs) currencies.add(currency)
  }
  const system = [...currencies].flatMap(currency => [FUNDING, SETTLEMENT].map(name => systemAccountId(name, currency)))
  for (const account of await accountsIn(session, system)) replay.accounts.set(account.accountId, account)
  return replay
}

async function accountsIn(
  session: Pick<StoreSession, 'load'>,
  accounts: readonly string[]
): Promise<readonly AccountState[]> {
  return (await session.load({ accounts, keys: [], transactions: [] })).accounts
}

function keysOf(entries: readonly Entry[]): readonly KeyName[] {
  return entries.flatMap(({ command }) => {
    if (!('idempotencyKey' in command) || command.idempotencyKey === undefined) return []
    return [{ accountId: command.accountId, idempotencyKey: command.idempotencyKey }]
  })
}
