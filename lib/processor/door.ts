import type { Command, Leg } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import * as field from './fields.js'

const HOLD_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000
/** The longest is far beyond any hold, and small enough that a deadline stays a safe integer. */
const HOLD_LIFETIME_RANGE = { min: 1, max: 2 ** 52 }
const LEGS_MAX = 100
const FREEZE_DIRECTIONS = ['debits', 'credits', 'all'] as const
const ON_DECLINE = ['retry', 'keep'] as const

type Fields = { readonly [field: string]: unknown }

/**
 * Checks and copies a request, so that what is queued can neither be wrong in shape nor change later. Written out field
 * by field because every command passes here: each has one shape, payments two, and nothing is spread.
 *
 * @throws InvalidAmountError, InvalidRequestError
 */
export function admit(type: Command['type'], request: object): Command {
  if (typeof request !== 'object' || request === null) {
    throw new InvalidRequestError(`Expected a request object, got ${show(request)}.`)
  }
  const fields = request as Fields
  const command = admitCommand(type, fields)
  return fields['actor'] === undefined && fields['reason'] === undefined ? command : attributed(command, fields)
}

/** Adds who asked and why, behind everything else, so that the text of a command without them stays as it always was. */
function attributed(command: Command, fields: Fields): Command {
  const { actor, reason: why } = fields
  return {
    ...command,
    ...(actor !== undefined && { actor: field.actorField(actor) }),
    ...(why !== undefined && { reason: field.reasonField(why) })
  }
}

function admitCommand(type: Command['type'], fields: Fields): Command {
  switch (type) {
    case 'CreateAccount':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        currency: field.currencyField(fields['currency'], 'currency'),
        initialBalance: field.amountField(fields['initialBalance'] ?? 0n, 'initialBalance', 0n),
        overdraftLimit: field.amountField(fields['overdraftLimit'] ?? 0n, 'overdraftLimit', 0n),
        metadata: field.metadataField(fields['metadata'] ?? {}),
        idempotencyKey: optional(fields['idempotencyKey'], field.idempotencyKeyField)
      }
    case 'ProcessPayment':
      if (isPlain(fields)) {
        return {
          type,
          accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
          idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
          amount: field.amountField(fields['amount'], 'amount', 1n)
        }
      }
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        payee: optional(fields['payee'], payee),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'RefundPayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        originalTransactionId: field.transactionIdField(fields['originalTransactionId'], 'originalTransactionId'),
        amount: optional(fields['amount'], positiveAmount),
        leg: optional(fields['leg'], legIndex),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'Deposit':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'Transfer':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        to: field.accountIdField(fields['to'], 'to'),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'PostTransaction':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        legs: legs(fields),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'AuthorizePayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        payee: optional(fields['payee'], payee),
        expiresInMs: field.integerField(fields['expiresInMs'] ?? HOLD_LIFETIME_MS, 'expiresInMs', HOLD_LIFETIME_RANGE),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'CapturePayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        authorizationId: field.transactionIdField(fields['authorizationId'], 'authorizationId'),
        amount: optional(fields['amount'], positiveAmount),
        currency: optional(fields['currency'], currency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'VoidPayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        authorizationId: field.transactionIdField(fields['authorizationId'], 'authorizationId'),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDecline)
      }
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return admitAccountCommand(type, fields)
    default:
      throw new InvalidRequestError(`Expected a command type such as "ProcessPayment", got ${show(type)}.`)
  }
}

function admitAccountCommand(
  type: 'SetAccountLimits' | 'FreezeAccount' | 'UnfreezeAccount' | 'CloseAccount',
  fields: Fields
): Command {
  const accountId = field.ownAccountIdField(fields['accountId'], 'accountId')
  const idempotencyKey = field.idempotencyKeyField(fields['idempotencyKey'])
  switch (type) {
    case 'SetAccountLimits':
      return {
        type,
        accountId,
        idempotencyKey,
        overdraftLimit: field.amountField(fields['overdraftLimit'], 'overdraftLimit', 0n)
      }
    case 'FreezeAccount':
      return {
        type,
        accountId,
        idempotencyKey,
        direction: field.choiceField(fields['direction'], 'direction', FREEZE_DIRECTIONS),
        reason: field.reasonField(fields['reason'])
      }
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return { type, accountId, idempotencyKey }
    default:
      return type satisfies never
  }
}

/** Whether a payment names nothing but what it must: most do, and wait in the queue by the thousand. */
function isPlain({ payee, currency, metadata, onDecline }: Fields): boolean {
  return payee === undefined && currency === undefined && metadata === undefined && onDecline === undefined
}

function optional<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value)
}

function payee(value: unknown): string {
  return field.accountIdField(value, 'payee')
}

function currency(value: unknown): string {
  return field.currencyField(value, 'currency')
}

function positiveAmount(value: unknown): bigint {
  return field.amountField(value, 'amount', 1n)
}

function legIndex(value: unknown): number {
  return field.integerField(value, 'leg', { min: 0, max: LEGS_MAX - 1 })
}

function onDecline(value: unknown): 'retry' | 'keep' {
  return field.choiceField(value, 'onDecline', ON_DECLINE)
}

function legs({ legs: value, actor, reason }: Fields): readonly Leg[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > LEGS_MAX) {
    throw new InvalidRequestError(`Expected legs to be an array of 1–${LEGS_MAX} movements, got ${show(value)}.`)
  }
  const payerField = actor === undefined || reason === undefined ? field.ownAccountIdField : field.accountIdField
  return value.map((leg: Record<string, unknown> | null, index) => ({
    from: payerField(leg?.['from'], `legs[${index}].from`),
    to: field.accountIdField(leg?.['to'], `legs[${index}].to`),
    amount: field.amountField(leg?.['amount'], `legs[${index}].amount`, 1n),
    currency: field.currencyField(leg?.['currency'], `legs[${index}].currency`)
  }))
}
