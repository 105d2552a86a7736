/** How fast, and how much at once. */
export interface RateLimit {
  /** Commands a second, lasting; above 0 … 1_000_000, fractions included: 0.1 is one in ten seconds. */
  readonly perSecond: number
  /** Commands that may come at once after a quiet time, 1 … 1_000_000. @default perSecond, rounded up */
  readonly burst?: number
}

/** How many old buckets are looked at whenever one is taken from: more than one, so that forgetting keeps up. */
const FORGET_STEP = 2

/**
 * Token buckets by name. Of each bucket only the time at which it will be full again is kept, and a bucket that is full
 * is as good as one that never was: it is forgotten, so that there are only as many as there are busy names.
 */
export class TokenBuckets {
  readonly #msPerToken: number
  readonly #burstMs: number
  readonly #fullAt = new Map<string, number>()
  #oldest = this.#fullAt.entries()

  constructor({ perSecond, burst = Math.ceil(perSecond) }: RateLimit) {
    this.#msPerToken = 1_000 / perSecond
    this.#burstMs = burst * this.#msPerToken
  }

  /** Buckets that are kept at the moment. */
  get size(): number {
    return this.#fullAt.size
  }

  /** How long until a token is there; 0 when one is there now. */
  waitMs(name: string, now: number): number {
    return Math.max(0, this.#emptyMs(name, now) + this.#msPerToken - this.#burstMs)
  }

  take(name: string, now: number): void {
    this.#fullAt.set(name, now + this.#emptyMs(name, now) + this.#msPerToken)
    this.#forgetSomeFull(now)
  }

  /** How long until the bucket is full. A clock that was set back cannot make it emptier than empty. */
  #emptyMs(name: string, now: number): number {
    const fullAt = this.#fullAt.get(name)
    return fullAt === undefined ? 0 : Math.min(Math.max(fullAt - now, 0), this.#burstMs)
  }

  #forgetSomeFull(now: number): void {
    for (let looked = 0; looked < FORGET_STEP; looked++) {
      const { value } = this.#oldest.next()
      if (value === undefined) {
        this.#oldest = this.#fullAt.entries()
        return
      }
      const [name, fullAt] = value
      if (fullAt <= now) this.#fullAt.delete(name)
    }
  }
}
