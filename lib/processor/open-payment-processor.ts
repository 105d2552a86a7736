import { SYSTEM_NAMES, systemAccountId } from '../domain/account.js'
import { CURRENCY_CODES } from '../money/currencies.js'
import { Events } from '../observability/events.js'
import { Places } from '../policies/places.js'
import { systemClock } from '../queue/clock.js'
import { Worker } from '../queue/worker.js'
import { memoryStore } from '../store/memory/memory-store.js'
import { fieldsOf } from '../domain/known-fields.js'
import { storeField } from '../store/store-field.js'
import { clockField, integerField } from './fields.js'
import { Intake } from './intake.js'
import { rateLimiterOf, retryingOf } from './policy-options.js'
import type { PaymentProcessor, PaymentProcessorOptions } from './payment-processor.js'
import { QueuedPaymentProcessor } from './queued-payment-processor.js'
import { HOLD_OPTIONS, IDEMPOTENCY_OPTIONS, PROCESSOR_OPTIONS } from './shapes.js'

const QUEUE_LENGTH_DEFAULT = 10_000
const QUEUE_LENGTH_MAX = 10_000_000
/** Every system account that can exist: few enough to be known at all times. */
const SYSTEM_ACCOUNTS = SYSTEM_NAMES.flatMap(name => CURRENCY_CODES.map(currency => systemAccountId(name, currency)))
const SWEEP_INTERVAL_MS = 1_000
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Opens a ledger: takes the store's writer lock, recovers what an earlier process left, and serves.
 *
 * Rejects with `InvalidRequestError` (an option out of range), `StoreLockedError`, `StoreFormatError`,
 * `StoreCorruptError`.
 *
 * @example
 * await using processor = await openPaymentProcessor({ store: sqliteStore({ path: 'payments.db' }) })
 */
export async function openPaymentProcessor(options?: PaymentProcessorOptions): Promise<PaymentProcessor> {
  const given = fieldsOf(options, PROCESSOR_OPTIONS)
  const { store = memoryStore(), clock = systemClock, maxQueueLength = QUEUE_LENGTH_DEFAULT } = given
  const { answerTtlMs = DAY_MS, keyTtlMs = 30 * DAY_MS } = fieldsOf(given.idempotency, IDEMPOTENCY_OPTIONS)
  integerField(maxQueueLength, 'maxQueueLength', { min: 1, max: QUEUE_LENGTH_MAX })
  const { queueReserve = Math.ceil(maxQueueLength / 10) } = given
  integerField(queueReserve, 'queueReserve', { min: 0, max: QUEUE_LENGTH_MAX })
  integerField(keyTtlMs, 'idempotency.keyTtlMs', { min: 1, max: Number.MAX_SAFE_INTEGER })
  integerField(answerTtlMs, 'idempotency.answerTtlMs', { min: 0, max: keyTtlMs })
  const { sweepIntervalMs = SWEEP_INTERVAL_MS } = fieldsOf(given.holds, HOLD_OPTIONS)
  integerField(sweepIntervalMs, 'holds.sweepIntervalMs', { min: 1, max: DAY_MS })
  clockField(clock)
  storeField(store)
  const events = new Events()
  const rateLimiter = rateLimiterOf(given.rateLimit, clock, events)
  const retrying = retryingOf(given.retry, clock)
  const session = await store.open()
  const worker = await Worker.start(session, {
    clock,
    answerTtlMs,
    keyTtlMs,
    systemAccounts: SYSTEM_ACCOUNTS,
    sweepIntervalMs,
    events,
    retrying
  })
  const places = new Places({ lengthMax: maxQueueLength, reserve: queueReserve })
  const intake = new Intake({ worker, maxQueueLength, places, rateLimiter })
  return new QueuedPaymentProcessor({ worker, session, intake, events })
}
