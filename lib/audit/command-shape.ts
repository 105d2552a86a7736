import { isSystemAccount, LEDGER } from '../domain/account.js'
import type { Leg, PostTransaction, RecordedCommand } from '../domain/command.js'
import { AMOUNT_MAX } from '../domain/money.js'

/** Commands that the ledger gives to itself; every other one comes from a caller. */
const OWN: readonly RecordedCommand['type'][] = ['ExpireHold', 'DiscardDeadLetter', 'AdoptRules']

/**
 * What no caller can have asked for, since it is refused before it is queued: a decision would take it as checked.
 * `undefined` when the command is possible.
 */
export function impossibleIn(command: RecordedCommand): string | undefined {
  if (OWN.includes(command.type)) return undefined
  const { accountId } = command
  if (command.type === 'SetKeyLifetimes') return accountId === LEDGER ? undefined : `${accountId} has no keys to set`
  if (isSystemAccount(accountId)) return `nobody can act for the system account ${accountId}`
  switch (command.type) {
    case 'CreateAccount':
      return impossibleAmount(command.initialBalance, 0n) ?? impossibleAmount(command.overdraftLimit, 0n)
    case 'SetAccountLimits':
      return impossibleAmount(command.overdraftLimit, 0n)
    case 'PostTransaction':
      return impossibleInLegs(command)
    default:
      return 'amount' in command && command.amount !== undefined ? impossibleAmount(command.amount, 1n) : undefined
  }
}

function impossibleInLegs({ legs, actor, reason }: PostTransaction): string | undefined {
  if (!Array.isArray(legs) || legs.length === 0) return 'a transaction has no legs'
  const isAnonymous = actor === undefined || reason === undefined
  for (const { from, amount } of legs as readonly Leg[]) {
    if (isAnonymous && isSystemAccount(from)) return `a leg takes from ${from} without an actor and a reason`
    const impossible = impossibleAmount(amount, 1n)
    if (impossible !== undefined) return impossible
  }
  return undefined
}

function impossibleAmount(amount: unknown, min: bigint): string | undefined {
  const isPossible = typeof amount === 'bigint' && amount >= min && amount <= AMOUNT_MAX
  return isPossible ? undefined : `no command can have the amount ${String(amount)}`
}
