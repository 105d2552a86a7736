import type { RecordedCommand } from './command.js'
import { legsOf } from './transaction.js'
import type { View } from './view.js'

/** What a command will look at when it is decided. */
export interface Touched {
  readonly accounts: readonly string[]
  readonly transactions: readonly string[]
}

/**
 * The accounts and transactions behind a command, as far as they can be told from what is loaded: a transaction tells
 * the accounts to pay back from. Asking again after each load comes to an end after two rounds. System accounts are
 * left out: they are known at all times.
 */
export function touches(command: RecordedCommand, view: View): Touched {
  const { accountId } = command
  switch (command.type) {
    case 'ProcessPayment':
    case 'AuthorizePayment':
      return { accounts: command.payee === undefined ? [accountId] : [accountId, command.payee], transactions: NONE }
    case 'Transfer':
      return { accounts: [accountId, command.to], transactions: NONE }
    case 'PostTransaction':
      return { accounts: [accountId, ...command.legs.flatMap(leg => [leg.from, leg.to])], transactions: NONE }
    case 'RefundPayment': {
      const original = view.transaction(command.originalTransactionId)
      const named = original === undefined ? NONE : legsOf(original.entry).flatMap(leg => [leg.from, leg.to])
      return { accounts: [accountId, ...named], transactions: [command.originalTransactionId] }
    }
    case 'CapturePayment': {
      const authorized = view.transaction(command.authorizationId)?.entry.command
      const payee = authorized?.type === 'AuthorizePayment' ? authorized.payee : undefined
      const accounts = payee === undefined ? [accountId] : [accountId, payee]
      return { accounts, transactions: [command.authorizationId] }
    }
    case 'VoidPayment':
    case 'ExpireHold':
      return { accounts: [accountId], transactions: [command.authorizationId] }
    case 'DiscardDeadLetter':
      return { accounts: NONE, transactions: NONE }
    case 'CreateAccount':
    case 'Deposit':
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return { accounts: [accountId], transactions: NONE }
    default:
      return command satisfies never
  }
}

const NONE: readonly never[] = []
