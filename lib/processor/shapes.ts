import type { VerifyOptions } from '../audit/verify.js'
import type { Leg } from '../domain/command.js'
import { shapeNamed, shapeOf, type Shape } from '../domain/known-fields.js'
import type { RateLimits } from '../policies/rate-limiter.js'
import type { RetryOptions } from '../policies/retrying.js'
import type { RateLimit } from '../policies/token-buckets.js'
import type { BackupOptions, Store } from '../store/store.js'
import type { CloseOnSignalsOptions } from './close-on-signals.js'
import type {
  BalanceQuery,
  JournalQuery,
  PaymentProcessorOptions,
  SubmitOptions,
  TransactionQuery
} from './payment-processor.js'
import type * as Requests from './requests.js'

/** Which fields each object may have that is handed to a processor: see `Shape` for the rule. */

type Type = Requests.Command['type']

const ATTRIBUTED = { actor: true, reason: true } as const
const KEYED = { accountId: true, idempotencyKey: true, ...ATTRIBUTED } as const
const PAID = { accountId: true, idempotencyKey: true, amount: true } as const
const RECORDED = { ...KEYED, metadata: true, onDecline: true } as const
const MONEY = { ...RECORDED, currency: true } as const

/** The fields of a request, by the command that it asks for. */
export const REQUESTS: { readonly [T in Type]: Shape } = {
  CreateAccount: shapeOf<Requests.CreateAccountRequest>('CreateAccount', {
    ...KEYED,
    currency: true,
    initialBalance: true,
    overdraftLimit: true,
    metadata: true
  }),
  ProcessPayment: shapeOf<Requests.ProcessPaymentRequest>('ProcessPayment', { ...PAID, ...MONEY, payee: true }),
  RefundPayment: shapeOf<Requests.RefundPaymentRequest>('RefundPayment', {
    ...PAID,
    ...MONEY,
    originalTransactionId: true,
    leg: true
  }),
  Deposit: shapeOf<Requests.DepositRequest>('Deposit', { ...PAID, ...MONEY }),
  Transfer: shapeOf<Requests.TransferRequest>('Transfer', { ...PAID, ...MONEY, to: true }),
  PostTransaction: shapeOf<Requests.PostTransactionRequest>('PostTransaction', { ...RECORDED, legs: true }),
  AuthorizePayment: shapeOf<Requests.AuthorizePaymentRequest>('AuthorizePayment', {
    ...PAID,
    ...MONEY,
    payee: true,
    expiresInMs: true
  }),
  CapturePayment: shapeOf<Requests.CapturePaymentRequest>('CapturePayment', {
    ...PAID,
    ...MONEY,
    authorizationId: true
  }),
  VoidPayment: shapeOf<Requests.VoidPaymentRequest>('VoidPayment', { ...RECORDED, authorizationId: true }),
  SetAccountLimits: shapeOf<Requests.SetAccountLimitsRequest>('SetAccountLimits', { ...KEYED, overdraftLimit: true }),
  FreezeAccount: shapeOf<Requests.FreezeAccountRequest>('FreezeAccount', { ...KEYED, direction: true }),
  UnfreezeAccount: shapeOf<Requests.UnfreezeAccountRequest>('UnfreezeAccount', KEYED),
  CloseAccount: shapeOf<Requests.CloseAccountRequest>('CloseAccount', KEYED),
  SetKeyLifetimes: shapeOf<Requests.SetKeyLifetimesRequest>('SetKeyLifetimes', {
    idempotencyKey: true,
    ...ATTRIBUTED,
    answerTtlMs: true,
    keyTtlMs: true
  })
}

/** The same for `submit`, where the command names itself. */
export const COMMANDS = Object.fromEntries(
  Object.entries(REQUESTS).map(([type, { name, fields }]) => [type, shapeNamed(name, [...fields, 'type'])])
) as unknown as { readonly [T in Type]: Shape }

/** What a command may have that does not say which it is: so `typ` is found to be misspelt. */
export const ANY_COMMAND = shapeNamed(
  'the command',
  Object.values(COMMANDS).flatMap(({ fields }) => [...fields])
)

export const LEG = shapeOf<Leg>('a leg', { from: true, to: true, amount: true, currency: true })

export const SUBMIT_OPTIONS = shapeOf<SubmitOptions>('SubmitOptions', { signal: true, deadlineMs: true })
export const BALANCE_QUERY = shapeOf<BalanceQuery>('BalanceQuery', { at: true })
export const JOURNAL_QUERY = shapeOf<JournalQuery>('JournalQuery', { after: true, follow: true, signal: true })
/** A reader does not follow the journal. */
export const READER_JOURNAL_QUERY = shapeOf<Omit<JournalQuery, 'follow'>>('JournalQuery', { after: true, signal: true })
export const TRANSACTION_QUERY = shapeOf<TransactionQuery>('TransactionQuery', {
  accountId: true,
  kind: true,
  after: true,
  limit: true,
  from: true,
  to: true
})
export const VERIFY_OPTIONS = shapeOf<VerifyOptions>('VerifyOptions', { since: true, onProgress: true })
export const BACKUP_OPTIONS = shapeOf<BackupOptions>('BackupOptions', { signal: true, onProgress: true })
export const CLOSE_ON_SIGNALS_OPTIONS = shapeOf<CloseOnSignalsOptions>('CloseOnSignalsOptions', {
  signals: true,
  before: true,
  deadlineMs: true
})

export const PROCESSOR_OPTIONS = shapeOf<PaymentProcessorOptions>('PaymentProcessorOptions', {
  store: true,
  maxQueueLength: true,
  queueReserve: true,
  rateLimit: true,
  retry: true,
  clock: true,
  idempotency: true,
  holds: true,
  metadataCardCheck: true
})
export const IDEMPOTENCY_OPTIONS = shapeOf<NonNullable<PaymentProcessorOptions['idempotency']>>('idempotency', {
  answerTtlMs: true,
  keyTtlMs: true
})
export const HOLD_OPTIONS = shapeOf<NonNullable<PaymentProcessorOptions['holds']>>('holds', { sweepIntervalMs: true })
export const RETRY_OPTIONS = shapeOf<RetryOptions>('retry', { maxAttempts: true, totalMs: true, delayMs: true })
export const RATE_LIMITS = shapeOf<RateLimits>('rateLimit', { perAccount: true, global: true })
export const RATE_LIMIT = shapeOf<RateLimit>('a rate limit', { perSecond: true, burst: true })
export const READER_OPTIONS = shapeOf<{ readonly store: Store }>('LedgerReaderOptions', { store: true })
