import type { RecordedCommand } from './command.js'
import { FUNDING } from './account.js'
import { targetOf } from './movement.js'
import { legsOf } from './transaction.js'
import type { View } from './view.js'

/** What a command will look at when it is decided. */
export interface Touched {
  readonly accounts: readonly string[]
  readonly transactions: readonly string[]
}

/**
 * The accounts and transactions behind a command, as far as they can be told from what is loaded: the account tells
 * its currency, and so the system account; a transaction tells the accounts to pay back from. Asking again after each
 * load comes to an end after two rounds.
 */
export function touches(command: RecordedCommand, view: View): Touched {
  const currency = view.account(command.accountId)?.currency
  const counterpart = (name: string | undefined): string[] => (currency === undefined ? [] : [targetOf(name, currency)])
  switch (command.type) {
    case 'CreateAccount':
      return { accounts: [command.accountId, targetOf(FUNDING, command.currency)], transactions: [] }
    case 'ProcessPayment':
    case 'AuthorizePayment':
      return { accounts: [command.accountId, ...counterpart(command.payee)], transactions: [] }
    case 'Transfer':
      return { accounts: [command.accountId, ...counterpart(command.to)], transactions: [] }
    case 'Deposit':
      return { accounts: [command.accountId, ...counterpart(FUNDING)], transactions: [] }
    case 'PostTransaction': {
      const named = command.legs.flatMap(leg => [targetOf(leg.from, leg.currency), targetOf(leg.to, leg.currency)])
      return { accounts: [command.accountId, ...named], transactions: [] }
    }
    case 'RefundPayment': {
      const original = view.transaction(command.originalTransactionId)
      const named = original === undefined ? [] : legsOf(original.entry).flatMap(leg => [leg.from, leg.to])
      return { accounts: [command.accountId, ...named], transactions: [command.originalTransactionId] }
    }
    case 'CapturePayment': {
      const authorized = view.transaction(command.authorizationId)?.entry.command
      const payee = authorized?.type === 'AuthorizePayment' ? counterpart(authorized.payee) : []
      return { accounts: [command.accountId, ...payee], transactions: [command.authorizationId] }
    }
    case 'VoidPayment':
    case 'ExpireHold':
      return { accounts: [command.accountId], transactions: [command.authorizationId] }
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return { accounts: [command.accountId], transactions: [] }
    default:
      return command satisfies never
  }
}
