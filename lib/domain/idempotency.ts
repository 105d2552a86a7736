import type { Command, Leg, RecordedCommand } from './command.js'
import type { Decision } from './decision.js'
import { reject } from './decision.js'
import type { Entry } from './entry.js'
import { IdempotencyConflictError, IdempotencyKeyExpiredError, type FirstResult } from './errors.js'
import { forgottenBefore, isAnswerExpired } from './key-lifetimes.js'
import { targetOf } from './movement.js'
import { legsOf } from './transaction.js'
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

  const fields = differingFields(command, first.command as Command, view)
  if (fields.length > 0)
    return reject(new IdempotencyConflictError(command.idempotencyKey, fields, firstResultOf(first)))
  // A declined attempt moved nothing, so trying again can never pay twice, however old it is.
  if (first.outcome === 'declined' && !keepsDeclines(first.command) && !isShared(first, command, context))
    return { kind: 'execute', attempt: first.attempt + 1 }
  if (isAnswerExpired(context.lifetimes, context.now - first.timestamp))
    return reject(new IdempotencyKeyExpiredError(command.idempotencyKey, firstResultOf(first)))
  return { kind: 'replay', entry: first }
}

/** Whether a decline came while this request was waiting beside it: then it is the answer to both. */
function isShared({ sequence }: Entry, command: Command, { joinsAfter = Infinity }: Context): boolean {
  return sequence > joinsAfter && !keepsDeclines(command)
}

function firstResultOf({ command, sequence, outcome, transactionId }: Entry): FirstResult {
  return { command: command.type, sequence, isDeclined: outcome === 'declined', transactionId }
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
  AuthorizePayment: ['amount', 'currency', 'payee', 'expiresInMs'],
  CapturePayment: ['amount', 'currency', 'authorizationId'],
  VoidPayment: ['authorizationId'],
  SetAccountLimits: ['overdraftLimit'],
  FreezeAccount: ['direction'],
  UnfreezeAccount: [],
  CloseAccount: [],
  SetKeyLifetimes: ['answerTtlMs', 'keyTtlMs']
} as const satisfies Record<Command['type'], readonly string[]>

/**
 * The fields in which a request differs from the first under its key: none where both mean the same. The one place that
 * says so, for requests that are under way as for recorded ones, and by the meaning, not the spelling: what a field
 * stands for may depend on the account and on an earlier transaction. While these are not loaded, two spellings count as
 * different; when the request is executed they are loaded.
 */
export function differingFields(command: Command, first: Command, view: View): readonly string[] {
  if (command.type === first.type) return MEANING[command.type].filter(field => differs(field))
  const named = new Set([...MEANING[command.type], ...MEANING[first.type]])
  return ['type', ...[...named].filter(field => field in command && field in first && differs(field))]

  function differs(field: string): boolean {
    // One spelling has one meaning, known or not.
    return written(command, field) !== written(first, field) && meaning(command, field) !== meaning(first, field)
  }

  function meaning(side: Command, field: string): unknown {
    return meaningOf(side, field, view)
  }
}

function written(command: Command, field: string): unknown {
  return (command as unknown as Readonly<Record<string, unknown>>)[field]
}

/** What a field stands for, as one value that can be compared. */
function meaningOf(command: Command, field: string, view: View): unknown {
  const value = written(command, field)
  const currency = view.account(command.accountId)?.currency
  switch (field) {
    case 'currency':
      return value ?? currency
    case 'payee':
    case 'to':
      return currency === undefined ? value : targetOf(value as string | undefined, currency)
    case 'legs':
      return command.type === 'PostTransaction' ? command.legs.map(legText).join('\n') : undefined
    case 'leg':
      return value ?? onlyLegOf(command, view)
    default:
      return value
  }
}

/** System accounts by their full names, to which a leg names the currency. */
function legText({ from, to, amount, currency }: Leg): string {
  return [targetOf(from, currency), targetOf(to, currency), amount, currency].join(' ')
}

/** Where a transaction has one leg, leaving it out is naming it. */
function onlyLegOf(command: Command, view: View): number | undefined {
  const original = command.type === 'RefundPayment' ? view.transaction(command.originalTransactionId) : undefined
  return original !== undefined && legsOf(original.entry).length === 1 ? 0 : undefined
}

/** One text for a key and its scope; account ids contain no spaces. */
export function keyText(accountId: string, idempotencyKey: string): string {
  return `${accountId} ${idempotencyKey}`
}
