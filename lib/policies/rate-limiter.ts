import type { Command } from '../domain/command.js'
import { RateLimitedError } from './errors.js'
import { TokenBuckets, type RateLimit } from './token-buckets.js'

export interface RateLimits {
  /** For each account by itself. @default no limit */
  readonly perAccount?: RateLimit
  /** For all accounts together. @default no limit */
  readonly global?: RateLimit
}

/**
 * Out of which allowance a command is let in. What gives money back has one of its own, of the same size, so that a rush
 * of payments never keeps a refund out; what sets the terms of an account is never limited, so that a flooding account
 * can be frozen.
 */
const ALLOWANCE = {
  CreateAccount: 'payments',
  ProcessPayment: 'payments',
  Deposit: 'payments',
  Transfer: 'payments',
  PostTransaction: 'payments',
  AuthorizePayment: 'payments',
  CapturePayment: 'payments',
  RefundPayment: 'returns',
  VoidPayment: 'returns',
  SetAccountLimits: null,
  FreezeAccount: null,
  UnfreezeAccount: null,
  CloseAccount: null,
  SetKeyLifetimes: null
} as const satisfies Record<Command['type'], 'payments' | 'returns' | null>

interface Parts {
  readonly limits: RateLimits
  /** Milliseconds that pass at the pace of time. */
  readonly now: () => number
  readonly onLimited: (error: RateLimitedError, command: Command) => void
}

/** Refuses commands that come faster than allowed; keeps none of them waiting. */
export class RateLimiter {
  readonly #perAccount: TokenBuckets | undefined
  readonly #global: TokenBuckets | undefined
  readonly #now: () => number
  readonly #onLimited: Parts['onLimited']

  constructor({ limits, now, onLimited }: Parts) {
    this.#perAccount = limits.perAccount && new TokenBuckets(limits.perAccount)
    this.#global = limits.global && new TokenBuckets(limits.global)
    this.#now = now
    this.#onLimited = onLimited
  }

  /** Lets a command in. @throws RateLimitedError, having taken nothing from either limit */
  admit(command: Command): void {
    const allowance = ALLOWANCE[command.type]
    if (allowance === null) return
    const { accountId } = command
    const now = this.#now()
    const own = `${allowance} ${accountId}`
    const ownWaitMs = this.#perAccount?.waitMs(own, now) ?? 0
    const globalWaitMs = this.#global?.waitMs(allowance, now) ?? 0
    if (ownWaitMs > 0 || globalWaitMs > 0) {
      const scope = ownWaitMs >= globalWaitMs ? 'account' : 'global'
      const retryAfterMs = Math.ceil(Math.max(ownWaitMs, globalWaitMs))
      const error = new RateLimitedError({ scope, accountId, retryAfterMs })
      this.#onLimited(error, command)
      throw error
    }
    this.#perAccount?.take(own, now)
    this.#global?.take(allowance, now)
  }
}
