import type { RecordedCommand } from './command.js'
import { legsOf } from './transaction.js'
import type { View } from './view.js'

/**
 * The accounts that a command will look at when it is decided, as far as they can be told from what is loaded: a
 * transaction tells the accounts to pay back from. Asking again after each load comes to an end after two rounds.
 */
export function touchedAccounts(command: RecordedCommand, view: View): readonly string[] {
  const { accountId } = command
  switch (command.type) {
    case 'ProcessPayment':
    case 'AuthorizePayment':
      return command.payee === undefined ? [accountId] : [accountId, command.payee]
    case 'Transfer':
      return [accountId, command.to]
    case 'PostTransaction':
      return [accountId, ...command.legs.flatMap(leg => [leg.from, leg.to])]
    case 'RefundPayment': {
      const original = view.transaction(command.originalTransactionId)
      return [accountId, ...(original === undefined ? [] : legsOf(original.entry).flatMap(leg => [leg.from, leg.to]))]
    }
    case 'CapturePayment': {
      const authorized = view.transaction(command.authorizationId)?.entry.command
      const payee = authorized?.type === 'AuthorizePayment' ? authorized.payee : undefined
      return payee === undefined ? [accountId] : [accountId, payee]
    }
    case 'DiscardDeadLetter':
    case 'SetKeyLifetimes':
    case 'AdoptRules':
      return []
    case 'VoidPayment':
    case 'ExpireHold':
    case 'CreateAccount':
    case 'Deposit':
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return [accountId]
    default:
      return command satisfies never
  }
}

/** The earlier transaction that a command is about, where it is about one. */
export function touchedTransaction(command: RecordedCommand): string | undefined {
  switch (command.type) {
    case 'RefundPayment':
      return command.originalTransactionId
    case 'CapturePayment':
    case 'VoidPayment':
    case 'ExpireHold':
      return command.authorizationId
    default:
      return undefined
  }
}
