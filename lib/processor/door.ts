import type { Command, Leg } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import * as field from './fields.js'
import type { Command as Request } from './requests.js'

const HOLD_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000
/** Far beyond any hold, and small enough that a deadline stays a safe integer. */
const HOLD_LIFETIME_MAX_MS = 2 ** 52
const LEGS_MAX = 100
const FREEZE_DIRECTIONS = ['debits', 'credits', 'all'] as const
const ON_DECLINE = ['retry', 'keep'] as const

/**
 * Checks and copies a request, so that what is queued can neither be wrong in shape nor change later.
 * Throws `InvalidAmountError` or `InvalidRequestError`.
 */
export function admit(request: Request): Command {
  if (typeof request !== 'object' || request === null) {
    throw new InvalidRequestError(`Expected a request object, got ${field.show(request)}.`)
  }
  switch (request.type) {
    case 'CreateAccount':
      return {
        type: 'CreateAccount',
        accountId: field.ownAccountIdField(request.accountId, 'accountId'),
        currency: field.currencyField(request.currency, 'currency'),
        initialBalance: field.amountField(request.initialBalance ?? 0n, 'initialBalance', 0n),
        overdraftLimit: field.amountField(request.overdraftLimit ?? 0n, 'overdraftLimit', 0n),
        metadata: field.metadataField(request.metadata ?? {}),
        ...optional('idempotencyKey', request.idempotencyKey, field.idempotencyKeyField)
      }
    case 'ProcessPayment':
      return {
        type: 'ProcessPayment',
        ...keyed(request),
        amount: field.amountField(request.amount, 'amount', 1n),
        ...optional('payee', request.payee, accountId),
        ...money(request)
      }
    case 'RefundPayment':
      return {
        type: 'RefundPayment',
        ...keyed(request),
        originalTransactionId: field.transactionIdField(request.originalTransactionId, 'originalTransactionId'),
        ...optional('amount', request.amount, positive),
        ...optional('leg', request.leg, (leg, name) => field.integerField(leg, name, { min: 0, max: LEGS_MAX - 1 })),
        ...money(request)
      }
    case 'Deposit':
      return {
        type: 'Deposit',
        ...keyed(request),
        amount: field.amountField(request.amount, 'amount', 1n),
        ...money(request)
      }
    case 'Transfer':
      return {
        type: 'Transfer',
        ...keyed(request),
        amount: field.amountField(request.amount, 'amount', 1n),
        to: field.accountIdField(request.to, 'to'),
        ...money(request)
      }
    case 'PostTransaction':
      return { type: 'PostTransaction', ...keyed(request), legs: legs(request.legs), ...extras(request) }
    case 'AuthorizePayment':
      return {
        type: 'AuthorizePayment',
        ...keyed(request),
        amount: field.amountField(request.amount, 'amount', 1n),
        expiresInMs: field.integerField(request.expiresInMs ?? HOLD_LIFETIME_MS, 'expiresInMs', {
          min: 1,
          max: HOLD_LIFETIME_MAX_MS
        }),
        ...optional('payee', request.payee, accountId),
        ...money(request)
      }
    case 'CapturePayment':
      return {
        type: 'CapturePayment',
        ...keyed(request),
        authorizationId: field.transactionIdField(request.authorizationId, 'authorizationId'),
        ...optional('amount', request.amount, positive),
        ...money(request)
      }
    case 'VoidPayment':
      return {
        type: 'VoidPayment',
        ...keyed(request),
        authorizationId: field.transactionIdField(request.authorizationId, 'authorizationId'),
        ...extras(request)
      }
    case 'SetAccountLimits':
      return {
        type: 'SetAccountLimits',
        ...keyed(request),
        overdraftLimit: field.amountField(request.overdraftLimit, 'overdraftLimit', 0n)
      }
    case 'FreezeAccount':
      return {
        type: 'FreezeAccount',
        ...keyed(request),
        direction: field.choiceField(request.direction, 'direction', FREEZE_DIRECTIONS),
        reason: field.textField(request.reason, 'reason')
      }
    case 'UnfreezeAccount':
      return { type: 'UnfreezeAccount', ...keyed(request) }
    case 'CloseAccount':
      return { type: 'CloseAccount', ...keyed(request) }
    default: {
      const { type } = request as { readonly type: unknown }
      throw new InvalidRequestError(`Expected a command type such as "ProcessPayment", got ${field.show(type)}.`)
    }
  }
}

function keyed(request: { readonly accountId: unknown; readonly idempotencyKey: unknown }) {
  return {
    accountId: field.ownAccountIdField(request.accountId, 'accountId'),
    idempotencyKey: field.idempotencyKeyField(request.idempotencyKey)
  }
}

function extras(request: { readonly metadata?: unknown; readonly onDecline?: unknown }) {
  return {
    ...optional('metadata', request.metadata, field.metadataField),
    ...optional('onDecline', request.onDecline, (value, name) => field.choiceField(value, name, ON_DECLINE))
  }
}

function money(request: { readonly currency?: unknown; readonly metadata?: unknown; readonly onDecline?: unknown }) {
  return { ...optional('currency', request.currency, field.currencyField), ...extras(request) }
}

function optional<K extends string, T>(name: K, value: unknown, check: (value: unknown, name: string) => T): { [key in K]?: T } {
  return value === undefined ? (NOTHING as { [key in K]?: T }) : ({ [name]: check(value, name) } as { [key in K]?: T })
}

const NOTHING = {}

function accountId(value: unknown, name: string): string {
  return field.accountIdField(value, name)
}

function positive(value: unknown, name: string): bigint {
  return field.amountField(value, name, 1n)
}

function legs(value: unknown): readonly Leg[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > LEGS_MAX) {
    throw new InvalidRequestError(`Expected legs to be an array of 1–${LEGS_MAX} movements, got ${field.show(value)}.`)
  }
  return value.map((leg: Record<string, unknown> | null, index) => ({
    from: field.ownAccountIdField(leg?.['from'], `legs[${index}].from`),
    to: field.accountIdField(leg?.['to'], `legs[${index}].to`),
    amount: field.amountField(leg?.['amount'], `legs[${index}].amount`, 1n),
    currency: field.currencyField(leg?.['currency'], `legs[${index}].currency`)
  }))
}
