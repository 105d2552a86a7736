import type { Clock } from '../queue/clock.js'
import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import type { Events } from '../observability/events.js'
import { RateLimiter, type RateLimits } from '../policies/rate-limiter.js'
import { Retrying, type RetryOptions } from '../policies/retrying.js'
import type { RateLimit } from '../policies/token-buckets.js'
import { fieldsOf } from '../domain/known-fields.js'
import { integerField } from './fields.js'
import { elapsedMs } from '../timers.js'
import { RATE_LIMIT, RATE_LIMITS, RETRY_OPTIONS } from './shapes.js'

const RATE_MAX = 1_000_000
const DAY_MS = 24 * 60 * 60 * 1000

/** @throws InvalidRequestError for a limit out of range */
export function rateLimiterOf(limits: RateLimits | undefined, clock: Clock, events: Events): RateLimiter | undefined {
  const { perAccount, global } = fieldsOf(limits, RATE_LIMITS)
  if (perAccount === undefined && global === undefined) return undefined
  return new RateLimiter({
    limits: {
      ...(perAccount !== undefined && { perAccount: rateLimitField(perAccount, 'rateLimit.perAccount') }),
      ...(global !== undefined && { global: rateLimitField(global, 'rateLimit.global') })
    },
    // Elapsed time, where the clock tells it: nobody gets more or less because the clock was set.
    now: () => clock.elapsed?.() ?? clock.now(),
    onLimited: ({ accountId, scope, retryAfterMs }, { type: command }) =>
      events.emit('command:rate-limited', { accountId, command, scope, retryAfterMs })
  })
}

function rateLimitField(value: RateLimit, name: string): RateLimit {
  const { perSecond, burst } = fieldsOf(value, RATE_LIMIT, name)
  if (typeof perSecond !== 'number' || !(perSecond > 0 && perSecond <= RATE_MAX)) {
    throw new InvalidRequestError(
      `Expected ${name}.perSecond to be a number above 0, up to ${RATE_MAX}, got ${show(perSecond)}.`
    )
  }
  if (burst === undefined) return { perSecond }
  return { perSecond, burst: integerField(burst, `${name}.burst`, { min: 1, max: RATE_MAX }) }
}

/** @throws InvalidRequestError for a bound out of range */
export function retryingOf(options: RetryOptions | undefined, clock: Clock): Retrying {
  const { maxAttempts = 5, totalMs = 10_000, delayMs = 50 } = fieldsOf(options, RETRY_OPTIONS)
  integerField(maxAttempts, 'retry.maxAttempts', { min: 1, max: 100 })
  integerField(totalMs, 'retry.totalMs', { min: 0, max: DAY_MS })
  integerField(delayMs, 'retry.delayMs', { min: 1, max: 1_000 })
  // Unlike limits, never by the clock's own time: it may be set or stand still, and the pauses take real time.
  return new Retrying({ maxAttempts, totalMs, delayMs }, () => clock.elapsed?.() ?? elapsedMs())
}
