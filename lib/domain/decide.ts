import type { AdoptRules, Command, RecordedCommand } from './command.js'
import { changeAccount, createAccount } from './decide-account.js'
import { authorizePayment, capturePayment, expireHold, voidPayment } from './decide-hold.js'
import { deposit, postTransaction, processPayment, transfer } from './decide-payment.js'
import { setKeyLifetimes } from './decide-lifetimes.js'
import { refundPayment } from './decide-refund.js'
import { approve, type Decision } from './decision.js'
import { recall } from './idempotency.js'
import { resultingBalances } from './resulting-balances.js'
import type { Context, View } from './view.js'

/**
 * The ledger's one decision: a pure function of the command, of the state that the view shows, and of the context.
 * The idempotency key comes before any rule.
 */
export function decide(command: RecordedCommand, view: View, context: Context): Decision {
  const decision = decideAny(command, view, context)
  if (decision.kind !== 'record') return decision
  const balances = resultingBalances(decision.entry, view)
  return balances.length === 0 ? decision : { ...decision, entry: { ...decision.entry, balances } }
}

/** XXX is ISO 4217 for what has no currency. */
const DISCARDED = { amount: 0n, currency: 'XXX', message: 'Dead letter discarded' }
const ADOPTED = { amount: 0n, currency: 'XXX', message: 'Rules adopted' }

/** The number of the rules of this version. */
export const RULES = 2

/** What was forgotten stays so, though keys are known for ever by the rules. */
function lifetimesAdopted({ keysForgottenBefore }: AdoptRules, { lifetimes }: Context) {
  if (keysForgottenBefore <= lifetimes.forgottenBefore) return undefined
  return { lifetimes: { ...lifetimes, forgottenBefore: keysForgottenBefore } }
}

function decideAny(command: RecordedCommand, view: View, context: Context): Decision {
  switch (command.type) {
    case 'ExpireHold':
      return expireHold({ command, context, attempt: 1 }, command, view)
    case 'DiscardDeadLetter':
      return approve({ command, context, attempt: 1 }, DISCARDED)
    case 'AdoptRules':
      return approve({ command, context, attempt: 1 }, { ...ADOPTED, ...lifetimesAdopted(command, context) })
    default:
      return decideCall(command, view, context)
  }
}

function decideCall(command: Command, view: View, context: Context): Decision {
  const recalled = isKeyed(command) ? recall(command, view, context) : FIRST
  if (recalled.kind !== 'execute') return recalled

  const execution = { command, context, attempt: recalled.attempt }
  switch (command.type) {
    case 'CreateAccount':
      return createAccount(execution, command, view)
    case 'ProcessPayment':
      return processPayment(execution, command, view)
    case 'RefundPayment':
      return refundPayment(execution, command, view)
    case 'Deposit':
      return deposit(execution, command, view)
    case 'Transfer':
      return transfer(execution, command, view)
    case 'PostTransaction':
      return postTransaction(execution, command, view)
    case 'AuthorizePayment':
      return authorizePayment(execution, command, view)
    case 'CapturePayment':
      return capturePayment(execution, command, view)
    case 'VoidPayment':
      return voidPayment(execution, command, view)
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return changeAccount(execution, command, view)
    case 'SetKeyLifetimes':
      return setKeyLifetimes(execution, command)
    default:
      return command satisfies never
  }
}

const FIRST = { kind: 'execute', attempt: 1 } as const

function isKeyed(command: Command): command is Command & { readonly idempotencyKey: string } {
  return command.idempotencyKey !== undefined
}
