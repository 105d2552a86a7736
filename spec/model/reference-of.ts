import type { Command } from './plan.js'
import type { ModelTransaction } from './reference-books.js'
import type { Reference } from './steps.js'

const FITTING: Partial<Record<Command['type'], readonly Command['type'][]>> = {
  RefundPayment: ['ProcessPayment', 'CapturePayment', 'PostTransaction'],
  CapturePayment: ['AuthorizePayment'],
  VoidPayment: ['AuthorizePayment']
}

/** Puts a transaction into a command that refers to one: a fitting one together with the account that it belongs to. */
export function refer(
  command: Command,
  reference: Reference,
  ids: readonly string[],
  transactions: ReadonlyMap<string, ModelTransaction>
): Command {
  const types = FITTING[command.type]
  if (types === undefined) return command
  const candidates = ids.filter(id => reference.choice === 'any' || types.includes(transactions.get(id)!.type))
  const id = candidates.at(-1 - (reference.back % Math.max(candidates.length, 1)))
  if (id === undefined || reference.choice === 'unknown') return naming(command, 'txn_00000000zzz_unknown')
  const named = naming(command, id)
  return reference.choice === 'any' ? named : { ...named, accountId: transactions.get(id)!.accountId }
}

function naming(command: Command, id: string): Command {
  if (command.type === 'RefundPayment') return { ...command, originalTransactionId: id }
  if (command.type === 'CapturePayment' || command.type === 'VoidPayment') return { ...command, authorizationId: id }
  return command
}
