/** How long the worker may keep the event loop before it lets others have a turn. */
const TURN_MS = 2
/** How many jobs pass between two looks at the time. */
const JOBS_PER_LOOK = 32

/** Shares the event loop: a queue that never runs dry would otherwise keep everybody else waiting. */
export class Turns {
  #jobsUntilLook = JOBS_PER_LOOK
  #endsAt = 0
  readonly #onEnd: () => void

  /** @param onEnd called before the loop is given away */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** To be called after each job: a promise to wait for when the turn is over, mostly nothing. */
  pass(): void | Promise<void> {
    if (--this.#jobsUntilLook > 0) return
    this.#jobsUntilLook = JOBS_PER_LOOK
    if (performance.now() < this.#endsAt) return
    this.#onEnd()
    return new Promise(resolve =>
      setImmediate(() => {
        this.#endsAt = performance.now() + TURN_MS
        resolve()
      })
    )
  }
}
