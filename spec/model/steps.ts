import { AMOUNT_MAX } from 'bursar'
import fc from 'fast-check'
import type { Command, CommandOf } from './plan.js'

/** Which commands the trials send. A type that the processor does not offer yet is left out here and nowhere else. */
export const SENT_COMMANDS: readonly Command['type'][] = [
  'CreateAccount',
  'ProcessPayment',
  'RefundPayment',
  'Deposit',
  'Transfer',
  'PostTransaction',
  'AuthorizePayment',
  'CapturePayment',
  'VoidPayment',
  'SetAccountLimits',
  'FreezeAccount',
  'UnfreezeAccount',
  'CloseAccount'
]

/** Something that can happen to a ledger. */
export type Step =
  /** Calls made at once, none of them waiting for another. */
  | { readonly kind: 'batch'; readonly calls: readonly CallWish[] }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'restart' }

/** A call, before it is known which transactions there are to refer to. */
export type CallWish =
  | { readonly kind: 'read'; readonly accountId: string }
  | { readonly kind: 'command'; readonly command: Command; readonly reference: Reference }

/** Which transaction a command refers to, counted from the latest one. */
export interface Reference {
  readonly back: number
  /** `fitting`: one that the command can mean, through its own account; `any`: whatever there is, from any account. */
  readonly choice: 'fitting' | 'any' | 'unknown'
}

export const ACCOUNTS = ['alice', 'bob', 'carol', 'dave'] as const
export const CURRENCY: Readonly<Record<string, string>> = { alice: 'USD', bob: 'USD', carol: 'EUR', dave: 'USD' }

/** Few accounts and few keys, so that everything meets everything. */
const accountId = fc.constantFrom('alice', 'bob', 'alice', 'bob', 'carol', 'dave')
const idempotencyKey = fc.constantFrom('k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7')

const amount = fc.oneof(
  { weight: 10, arbitrary: fc.bigInt({ min: 1n, max: 60n }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 61n, max: 2_000n }) },
  { weight: 1, arbitrary: fc.constantFrom(AMOUNT_MAX, AMOUNT_MAX - 1n, AMOUNT_MAX - 1_000n, 2n ** 53n + 1n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, -1n, AMOUNT_MAX + 1n) }
)
const openingAmount = fc.oneof(amount, fc.constant(0n))

const payee = fc.constantFrom('alice', 'bob', 'carol', 'dave', 'nobody', '@settlement', '@settlement:USD')
const legPayer = fc.oneof(
  { weight: 5, arbitrary: accountId },
  { weight: 1, arbitrary: fc.constantFrom('@settlement', '@settlement:USD', '@funding', '@funding:EUR') }
)
const currency = fc.constantFrom('USD', 'EUR', 'JPY')
const expiresInMs = fc.constantFrom(1, 60_000, 600_000, 3_600_000)
const metadata = fc.constantFrom({}, { order: '42' }, { note: 'a "quoted" 🏦 text' })

const rare = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const attribution = { actor: rare(fc.constantFrom('ops', 'Zoë')), reason: rare(fc.constant('asked by telephone')) }
const common = {
  accountId,
  idempotencyKey,
  ...attribution,
  metadata: rare(metadata),
  onDecline: rare(fc.constantFrom('keep', 'retry'))
}
const money = { ...common, currency: rare(currency) }

const BY_TYPE: { readonly [T in Command['type']]: fc.Arbitrary<Record<keyof CommandOf<T>, unknown>> } = {
  CreateAccount: fc
    .record({
      type: fc.constant('CreateAccount'),
      ...attribution,
      accountId: fc.constantFrom(...ACCOUNTS, 'dave'),
      initialBalance: openingAmount,
      overdraftLimit: openingAmount,
      metadata: rare(metadata),
      idempotencyKey: fc.option(idempotencyKey, { nil: undefined })
    })
    .map(command => ({ ...command, currency: CURRENCY[command.accountId] })),
  ProcessPayment: fc.record({ type: fc.constant('ProcessPayment'), ...money, amount, payee: rare(payee) }),
  RefundPayment: fc.record({
    type: fc.constant('RefundPayment'),
    ...money,
    amount: fc.option(amount, { nil: undefined }),
    originalTransactionId: fc.constant('to be referred to'),
    leg: rare(fc.nat({ max: 2 }))
  }),
  Deposit: fc.record({ type: fc.constant('Deposit'), ...money, amount }),
  Transfer: fc.record({ type: fc.constant('Transfer'), ...money, amount, to: payee }),
  PostTransaction: fc.record({
    type: fc.constant('PostTransaction'),
    ...common,
    legs: fc.array(
      fc.record({ from: legPayer, to: payee, amount, currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR') }),
      { minLength: 1, maxLength: 3 }
    )
  }),
  AuthorizePayment: fc.record({
    type: fc.constant('AuthorizePayment'),
    ...money,
    amount,
    payee: rare(payee),
    expiresInMs: fc.option(expiresInMs, { nil: undefined })
  }),
  CapturePayment: fc.record({
    type: fc.constant('CapturePayment'),
    ...money,
    amount: fc.option(amount, { nil: undefined }),
    authorizationId: fc.constant('to be referred to')
  }),
  VoidPayment: fc.record({
    type: fc.constant('VoidPayment'),
    ...common,
    authorizationId: fc.constant('to be referred to')
  }),
  SetAccountLimits: fc.record({
    type: fc.constant('SetAccountLimits'),
    ...attribution,
    accountId,
    idempotencyKey,
    overdraftLimit: openingAmount
  }),
  FreezeAccount: fc.record({
    type: fc.constant('FreezeAccount'),
    ...attribution,
    accountId,
    idempotencyKey,
    direction: fc.constantFrom('debits', 'credits', 'all'),
    reason: fc.constant('under review')
  }),
  UnfreezeAccount: fc.record({ type: fc.constant('UnfreezeAccount'), ...attribution, accountId, idempotencyKey }),
  CloseAccount: fc.record({ type: fc.constant('CloseAccount'), ...attribution, accountId, idempotencyKey })
}

/** What happens rarely in life happens rarely here, so that there is a life to speak of. */
const WEIGHT: Partial<Record<Command['type'], number>> = {
  ProcessPayment: 6,
  RefundPayment: 5,
  Transfer: 3,
  Deposit: 2,
  AuthorizePayment: 5,
  CapturePayment: 4,
  UnfreezeAccount: 3
}

const reference: fc.Arbitrary<Reference> = fc.record({
  back: fc.nat({ max: 6 }),
  choice: fc.constantFrom('fitting', 'fitting', 'fitting', 'fitting', 'any', 'unknown')
})

function commandsOf(types: readonly Command['type'][]): fc.Arbitrary<Command> {
  const weighted = types.map(type => ({ weight: WEIGHT[type] ?? 1, arbitrary: BY_TYPE[type] as fc.Arbitrary<object> }))
  return fc.oneof(...weighted).map(withoutUndefined) as fc.Arbitrary<Command>
}

/** Fields are left out rather than set to `undefined`, as callers write them. */
function withoutUndefined(command: object): object {
  return Object.fromEntries(Object.entries(command).filter(([, value]) => value !== undefined))
}

export function stepsOf(types: readonly Command['type'][], lengthMax: number): fc.Arbitrary<readonly Step[]> {
  const call: fc.Arbitrary<CallWish> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('command'), command: commandsOf(types), reference }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('read'), accountId }) }
  )
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant('batch'), calls: fc.array(call, { minLength: 1, maxLength: 8 }) })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('time'),
        ms: fc.constantFrom(1, 59_999, 60_000, 599_999, 600_000, 1_800_000, -1, -600_000)
      })
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('restart') }) }
  )
  return fc.array(step, { minLength: 1, maxLength: lengthMax, size: 'max' })
}
