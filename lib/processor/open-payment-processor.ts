import { SYSTEM_NAMES, systemAccountId } from '../domain/account.js'
import type { SetKeyLifetimes } from '../domain/command.js'
import { CURRENCY_CODES } from '../money/currencies.js'
import { Events } from '../observability/events.js'
import { Places } from '../policies/places.js'
import { systemClock } from '../queue/clock.js'
import { ClockReadings } from '../queue/clock-readings.js'
import { CLOCK_SETTING } from '../queue/saved-jump.js'
import { Worker } from '../queue/worker.js'
import { lifetimesIn } from '../store/lifetimes-setting.js'
import { memoryStore } from '../store/memory/memory-store.js'
import { fieldsOf } from '../domain/known-fields.js'
import { storeField } from '../store/store-field.js'
import { booleanField, clockField, integerField } from './fields.js'
import { Intake } from './intake.js'
import { changeAtOpening, lifetimeFields } from './key-lifetimes.js'
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
  integerField(maxQueueLength, 'maxQueueLength', { min: 1, max: QUEUE_LENGTH_MAX })
  const { queueReserve = Math.ceil(maxQueueLength / 10) } = given
  integerField(queueReserve, 'queueReserve', { min: 0, max: QUEUE_LENGTH_MAX })
  const askedLifetimes = lifetimeFields(fieldsOf(given.idempotency, IDEMPOTENCY_OPTIONS), 'idempotency.')
  const { sweepIntervalMs = SWEEP_INTERVAL_MS } = fieldsOf(given.holds, HOLD_OPTIONS)
  integerField(sweepIntervalMs, 'holds.sweepIntervalMs', { min: 1, max: DAY_MS })
  const { metadataCardCheck = true } = given
  booleanField(metadataCardCheck, 'metadataCardCheck')
  clockField(clock)
  storeField(store)
  const events = new Events()
  const readings = new ClockReadings(clock, unreadable => events.emit('clock:unreadable', unreadable))
  const rateLimiter = rateLimiterOf(given.rateLimit, readings, events)
  const retrying = retryingOf(given.retry, readings)
  const session = await store.open()
  let worker: Worker
  let change: SetKeyLifetimes | undefined
  try {
    const settings = await session.settings()
    const recorded = lifetimesIn(settings)
    change = changeAtOpening(askedLifetimes, { recorded, isNew: session.head.sequence === 0 })
    worker = await Worker.start(session, {
      readings,
      savedClock: settings[CLOCK_SETTING],
      lifetimes: recorded,
      systemAccounts: SYSTEM_ACCOUNTS,
      sweepIntervalMs,
      events,
      retrying
    })
  } catch (error) {
    // Whoever is refused must not keep others out; why it failed says more than that closing failed as well.
    await session.close().catch(() => undefined)
    throw error
  }
  const places = new Places({ lengthMax: maxQueueLength, reserve: queueReserve })
  const intake = new Intake({ worker, maxQueueLength, places, rateLimiter })
  const processor = new QueuedPaymentProcessor({ worker, session, intake, events, rules: { metadataCardCheck } })
  if (change !== undefined) await recordChange(change, { worker, intake, processor })
  events.begin()
  return processor
}

/** Records the new lifetimes before anybody else is served, durably: every decision of this processor follows them. */
async function recordChange(
  change: SetKeyLifetimes,
  { worker, intake, processor }: { worker: Worker; intake: Intake; processor: PaymentProcessor }
): Promise<void> {
  try {
    await intake.question({ read: () => worker.record(change) })
  } catch (error) {
    await processor.abort(error)
    throw error
  }
}
