import { BursarError } from '../domain/errors.js'

/** The rate limit of an account, or of all, is used up for the moment. Nothing was queued or recorded. */
export class RateLimitedError extends BursarError {
  override readonly name = 'RateLimitedError'
  readonly code = 'ERR_RATE_LIMITED'
  readonly retryable = true
  /** Whose limit it was: the account's own, or that of all accounts together. */
  readonly scope: 'account' | 'global'
  readonly accountId: string
  /** When the next command will be let in, if nobody else comes first; milliseconds. */
  readonly retryAfterMs: number
  constructor(limited: { scope: 'account' | 'global'; accountId: string; retryAfterMs: number }) {
    super(
      `Expected commands for ${JSON.stringify(limited.accountId)} within the rate limit ` +
        `(${limited.scope === 'account' ? 'rateLimit.perAccount' : 'rateLimit.global'}), got one too many. ` +
        `Nothing was recorded: try again in ${limited.retryAfterMs} ms with the same idempotency key.`
    )
    this.scope = limited.scope
    this.accountId = limited.accountId
    this.retryAfterMs = limited.retryAfterMs
  }
}
