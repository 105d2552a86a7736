import type { ClockReadings } from '../queue/clock-readings.js'
import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import type { Events } from '../observability/events.js'
import { RateLimiter, type RateLimits } from '../policies/rate-limiter.js'
import { Retrying, type RetryOptions } from '../policies/retrying.js'
import type { RateLimit } from '../policies/token-buckets.js'
import { fieldsOf } from '../domain/known-fields.js'
import { integerField } from './fields.js'
import { RATE_LIMIT, RATE_LIMITS, RETRY_OPTIONS } from './shapes.js'

const RATE_MAX = 1_000_000
const DAY_MS = 24 * 60 * 60 * 1000

/** @throws InvalidRequestError for a limit out of range */
export function rateLimiterOf(
  limits: RateLimits | undefined,
  readings: ClockReadings,
  events: Events
): RateLimiter | undefined {
  const { perAccount, global } = fieldsOf(limits, RATE_LIMITS)
  if (perAccount === undefined && global === undefined) return undefined
  return new RateLimiter({
    limits: {
      ...(perAccount !== undefined && { perAccount: rateLimitField(perAccount, 'rateLimit.perAccount') }),
      ...(global !== undefined && { global: rateLimitField(global, 'rateLimit.global') })
    },
    now: paceOf(readings),
    onLimited: ({ accountId, scope, retryAfterMs }, { type: command }) =>
      events.emit('command:rate-limited', { accountId, command, scope, retryAfterMs })
  })
}

/**
 * Elapsed time, so that nobody gets more or less because the clock was set. A clock that tells none of its own may be
 * all that a test can move: where it runs ahead of the process, that counts too.
 */
function paceOf(readings: ClockReadings): () => number {
  if (readings.tellsElapsed) return () => readings.elapsed()
  let offset = -Infinity
  return () => {
    const elapsed = readings.elapsed()
    offset = Math.max(offset, (readings.now() ?? -Infinity) - elapsed)
    return elapsed + (offset === -Infinity ? 0 : offset)
  }
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
export function retryingOf(options: RetryOptions | undefined, readings: ClockReadings): Retrying {
  const { maxAttempts = 5, totalMs = 10_000, delayMs = 50 } = fieldsOf(options, RETRY_OPTIONS)
  integerField(maxAttempts, 'retry.maxAttempts', { min: 1, max: 100 })
  integerField(totalMs, 'retry.totalMs', { min: 0, max: DAY_MS })
  integerField(delayMs, 'retry.delayMs', { min: 1, max: 1_000 })
  return new Retrying({ maxAttempts, totalMs, delayMs }, () => readings.elapsed())
}
