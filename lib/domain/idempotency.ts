import type { Command, RecordedCommand } from './command.js'
import type { Decision } from './decision.js'
import { reject } from './decision.js'
import type { Entry } from './entry.js'
import { IdempotencyConflictError, IdempotencyKeyExpiredError } from './errors.js'
import { forgottenBefore, isAnswerExpired } from './key-lifetimes.js'
import { targetOf } from './movement.js'
import type { Context, View } from './view.js'

/**
 * What a key remembers, before any rule is looked at: a decision when the key already has its answer, else the number
 * of this attempt. Lifetimes are decided here, from recorded time; sweeping only frees the space.
 */
export function recall(
  command: Command & { readonly idempotencyKey: string },
  view: View,
  context: Context
): Decision | { readonly kind: 'execute'; readonly attempt: number } {
  const first = view.keyed(command.accountId, command.idempotencyKey)
  if (first === undefined || first.timestamp < forgottenBefore(context.lifetimes, context.now)) return FIRST_ATTEMPT

  const { idempotencyKey } = command
  const { transactionId } = first
  const fields = differingFields(command, first, view)
  if (fields.length > 0) return reject(new IdempotencyConflictError({ idempotencyKey, fields, transactionId }))
  // A declined attempt moved nothing, so trying again can never pay twice, however old it is.
  if (first.outcome === 'declined' && !keepsDeclines(first.command))
    return { kind: 'execute', attempt: first.attempt + 1 }
  if (isAnswerExpired(context.lifetimes, context.now - first.timestamp))
    return reject(new IdempotencyKeyExpiredError({ idempotencyKey, transactionId }))
  return { kind: 'replay', entry: first }
}

const FIRST_ATTEMPT = { kind: 'execute', attempt: 1 } as const

/** The key that remembers an entry; `undefined` where none does. A refused attempt binds no key. */
export function keyOf({ command, outcome }: Entry): string | undefined {
  return outcome !== 'refused' && 'idempotencyKey' in command ? command.idempotencyKey : undefined
}

function keepsDeclines(command: RecordedCommand): boolean {
  return 'onDecline' in command && command.onDecline === 'keep'
}

/** What makes two requests mean the same thing, beside account and key. Texts for people are left out. */
const MEANING = {
  CreateAccount: ['initialBalance', 'overdraftLimit', 'currency'],
  ProcessPayment: ['amount', 'currency', 'payee'],
  RefundPayment: ['amount', 'currency', 'originalTransactionId', 'leg'],
  Deposit: ['amount', 'currency'],
  Transfer: ['amount', 'currency', 'to'],
  PostTransaction: ['legs'],
  AuthorizePayment: ['amount', 'currency', 'payee'],
  CapturePayment: ['amount', 'currency', 'authorizationId'],
  VoidPayment: ['authorizationId'],
  SetAccountLimits: ['overdraftLimit'],
  FreezeAccount: ['direction'],
  UnfreezeAccount: [],
  CloseAccount: [],
  SetKeyLifetimes: ['answerTtlMs', 'keyTtlMs']
} as const satisfies Record<Command['type'], readonly string[]>

/** Whether two requests under one key are the same to the letter, so that the second can join the first in flight. */
export function isSameRequest(one: Command, other: Command): boolean {
  const isSame = (field: string) => literally(one, field) === literally(other, field)
  return one.type === other.type && keepsDeclines(one) === keepsDeclines(other) && MEANING[one.type].every(isSame)
}

/** The fields in which a request differs in meaning, not in spelling, from the first under its key. */
export function differingFields(command: Command, first: Entry, view: View): readonly string[] {
  const stored = first.command as Command
  if (command.type === stored.type) return MEANING[command.type].filter(field => differs(field))
  const named = new Set([...MEANING[command.type], ...MEANING[stored.type]])
  return ['type', ...[...named].filter(field => field in command && field in stored && differs(field))]

  function differs(field: string): boolean {
    return meaningOf(command, field) !== meaningOf(stored, field)
  }

  function meaningOf(side: Command, field: string): unknown {
    const value = literally(side, field)
    switch (field) {
      case 'currency':
        return value ?? view.account(side.accountId)?.currency
      case 'payee':
      case 'to':
        return targetOf(value as string | undefined, view.account(side.accountId)?.currency ?? first.currency)
      case 'leg':
        return value ?? 0
      default:
        return value
    }
  }
}

/** A field as it was written; legs as one text, so that they can be compared. */
function literally(command: Command, field: string): unknown {
  if (field === 'legs' && command.type === 'PostTransaction') {
    return command.legs.map(leg => [leg.from, leg.to, leg.amount, leg.currency].join(' ')).join('\n')
  }
  return (command as unknown as Readonly<Record<string, unknown>>)[field]
}

/** One text for a key and its scope; account ids contain no spaces. */
export function keyText(accountId: string, idempotencyKey: string): string {
  return `${accountId} ${idempotencyKey}`
}
