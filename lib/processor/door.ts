import { LEDGER } from '../domain/account.js'
import type { Command } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import { assertKnownFields, unreadable, type Shape } from '../domain/known-fields.js'
import { nearest } from '../domain/nearest.js'
import { show } from '../domain/show.js'
import { assertNoCardNumber } from './card-number.js'
import * as field from './fields.js'
import { lifetimeFields } from './key-lifetimes.js'
import { LEGS_MAX, legsField } from './legs.js'
import { ANY_COMMAND, COMMANDS, REQUESTS } from './shapes.js'

const HOLD_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000
/** The longest is far beyond any hold, and small enough that a deadline stays a safe integer. */
const HOLD_LIFETIME_RANGE = { min: 1, max: 2 ** 52 }
const NO_METADATA = Object.freeze({})
const FREEZE_DIRECTIONS = ['debits', 'credits', 'all'] as const
const ON_DECLINE = ['retry', 'keep'] as const

/** What an application may choose of the admission. */
export interface AdmissionRules {
  readonly metadataCardCheck: boolean
}

type Fields = { readonly [field: string]: unknown }
type Attribution = { readonly actor: unknown; readonly reason: unknown }

/**
 * Checks and copies a request, so that what is queued can neither be wrong in shape nor change later. Written out field
 * by field because every command passes here: each has one shape, payments two, and nothing is spread. Each field is read
 * once, so that a getter cannot answer one thing to the check and another to the copy.
 *
 * @throws InvalidAmountError, InvalidRequestError
 */
export function admit(type: Command['type'], request: object, rules: AdmissionRules): Command {
  return admitAs(type, request, REQUESTS[type], rules)
}

/** The same for a request that names its command itself. @throws InvalidAmountError, InvalidRequestError */
export function admitSubmitted(command: object, rules: AdmissionRules): Command {
  const type = typeOf(command)
  return admitAs(type, command, COMMANDS[type], rules)
}

function admitAs(type: Command['type'], request: object, shape: Shape, rules: AdmissionRules): Command {
  if (typeof request !== 'object' || request === null) {
    throw new InvalidRequestError(`Expected ${shape.name} to get a request object, got ${show(request)}.`)
  }
  try {
    assertKnownFields(request, shape)
    const fields = request as Fields
    const { actor, reason } = fields
    const admitted = admitCommand(type, fields, { actor, reason })
    const command = actor === undefined && reason === undefined ? admitted : attributed(admitted, { actor, reason })
    if (rules.metadataCardCheck) assertNoCardNumber(command)
    return command
  } catch (cause) {
    throw unreadable(shape.name, cause)
  }
}

function typeOf(command: object): Command['type'] {
  if (typeof command !== 'object' || command === null) {
    throw new InvalidRequestError(`Expected a command with its type, got ${show(command)}.`)
  }
  try {
    const { type } = command as Fields
    if (typeof type === 'string' && Object.hasOwn(COMMANDS, type)) return type as Command['type']
    assertKnownFields(command, ANY_COMMAND)
    const meant = typeof type === 'string' ? nearest(type, Object.keys(COMMANDS)) : 'ProcessPayment'
    throw new InvalidRequestError(
      `Command type ${show(type)} is unknown. Did you mean ${show(meant)}? Known are ${Object.keys(COMMANDS).join(', ')}.`
    )
  } catch (cause) {
    throw unreadable(ANY_COMMAND.name, cause)
  }
}

/** Adds who asked and why, behind everything else, so that the text of a command without them stays as it always was. */
function attributed(command: Command, { actor, reason: why }: Attribution): Command {
  return {
    ...command,
    ...(actor !== undefined && { actor: field.actorField(actor) }),
    ...(why !== undefined && { reason: field.reasonField(why) })
  }
}

function admitCommand(type: Command['type'], fields: Fields, { actor, reason: why }: Attribution): Command {
  switch (type) {
    case 'CreateAccount':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        currency: field.newCurrencyField(fields['currency'], 'currency'),
        initialBalance: optional(fields['initialBalance'], initialBalance) ?? 0n,
        overdraftLimit: optional(fields['overdraftLimit'], overdraftLimit) ?? 0n,
        metadata: optional(fields['metadata'], field.metadataField) ?? NO_METADATA,
        idempotencyKey: optional(fields['idempotencyKey'], field.idempotencyKeyField)
      }
    case 'ProcessPayment': {
      const { payee, currency, metadata, onDecline } = fields
      const accountId = field.ownAccountIdField(fields['accountId'], 'accountId')
      const idempotencyKey = field.idempotencyKeyField(fields['idempotencyKey'])
      const amount = field.amountField(fields['amount'], 'amount', 1n)
      // Most payments name nothing but what they must, and wait in the queue by the thousand.
      if (payee === undefined && currency === undefined && metadata === undefined && onDecline === undefined) {
        return { type, accountId, idempotencyKey, amount }
      }
      return {
        type,
        accountId,
        idempotencyKey,
        amount,
        payee: optional(payee, payeeField),
        currency: optional(currency, ownCurrency),
        metadata: optional(metadata, field.metadataField),
        onDecline: optional(onDecline, onDeclineField)
      }
    }
    case 'RefundPayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        originalTransactionId: field.transactionIdField(fields['originalTransactionId'], 'originalTransactionId'),
        amount: optional(fields['amount'], positiveAmount),
        leg: optional(fields['leg'], legIndex),
        currency: optional(fields['currency'], ownCurrency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'Deposit':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        currency: optional(fields['currency'], ownCurrency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'Transfer':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        to: field.accountIdField(fields['to'], 'to'),
        currency: optional(fields['currency'], ownCurrency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'PostTransaction':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        legs: legsField(fields['legs'], actor !== undefined && why !== undefined),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'AuthorizePayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        amount: field.amountField(fields['amount'], 'amount', 1n),
        payee: optional(fields['payee'], payeeField),
        expiresInMs: optional(fields['expiresInMs'], holdLifetime) ?? HOLD_LIFETIME_MS,
        currency: optional(fields['currency'], ownCurrency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'CapturePayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        authorizationId: field.transactionIdField(fields['authorizationId'], 'authorizationId'),
        amount: optional(fields['amount'], positiveAmount),
        currency: optional(fields['currency'], ownCurrency),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'VoidPayment':
      return {
        type,
        accountId: field.ownAccountIdField(fields['accountId'], 'accountId'),
        idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']),
        authorizationId: field.transactionIdField(fields['authorizationId'], 'authorizationId'),
        metadata: optional(fields['metadata'], field.metadataField),
        onDecline: optional(fields['onDecline'], onDeclineField)
      }
    case 'SetAccountLimits':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return admitAccountCommand(type, fields, why)
    case 'SetKeyLifetimes':
      return admitKeyLifetimes(type, fields, { actor, reason: why })
    default:
      return type satisfies never
  }
}

function admitAccountCommand(
  type: 'SetAccountLimits' | 'FreezeAccount' | 'UnfreezeAccount' | 'CloseAccount',
  fields: Fields,
  why: unknown
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
        reason: field.reasonField(why)
      }
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return { type, accountId, idempotencyKey }
    default:
      return type satisfies never
  }
}

/** Whoever changes how long keys live has to say who it is and why: from the horizon on, a late retry pays again. */
function admitKeyLifetimes(type: 'SetKeyLifetimes', fields: Fields, { actor, reason }: Attribution): Command {
  const lifetimes = lifetimeFields({ answerTtlMs: fields['answerTtlMs'], keyTtlMs: fields['keyTtlMs'] })
  if (lifetimes.answerTtlMs === undefined && lifetimes.keyTtlMs === undefined) {
    throw new InvalidRequestError(
      'Expected answerTtlMs, keyTtlMs or both, got neither. What is left out stays as it is.'
    )
  }
  field.actorField(actor)
  field.reasonField(reason)
  return { type, accountId: LEDGER, idempotencyKey: field.idempotencyKeyField(fields['idempotencyKey']), ...lifetimes }
}

function optional<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value)
}

function payeeField(value: unknown): string {
  return field.accountIdField(value, 'payee')
}

function ownCurrency(value: unknown): string {
  return field.currencyField(value, 'currency')
}

function positiveAmount(value: unknown): bigint {
  return field.amountField(value, 'amount', 1n)
}

function initialBalance(value: unknown): bigint {
  return field.amountField(value, 'initialBalance', 0n)
}

function overdraftLimit(value: unknown): bigint {
  return field.amountField(value, 'overdraftLimit', 0n)
}

function holdLifetime(value: unknown): number {
  return field.integerField(value, 'expiresInMs', HOLD_LIFETIME_RANGE)
}

function legIndex(value: unknown): number {
  return field.integerField(value, 'leg', { min: 0, max: LEGS_MAX - 1 })
}

function onDeclineField(value: unknown): 'retry' | 'keep' {
  return field.choiceField(value, 'onDecline', ON_DECLINE)
}
