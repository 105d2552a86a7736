/** How long the worker may keep the event loop before it lets others have a turn. */
const TURN_MS = 2
/** How many steps pass between two looks at the time. */
const STEPS_PER_LOOK = 32
/** Waiting for it lets the callers who were just answered act before the next look. */
const SOON = Promise.resolve()

/** Shares the event loop: a queue that never runs dry would otherwise keep everybody else waiting. */
export class Turns {
  #stepsUntilLook = STEPS_PER_LOOK
  #endsAt = 0
  readonly #onEnd: () => void

  /** @param onEnd called before the loop is given away */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** To be called after each job and each answer: what to wait for before the next one, mostly nothing. */
  pass(): void | Promise<void> {
    if (--this.#stepsUntilLook > 0) return
    this.#stepsUntilLook = STEPS_PER_LOOK
    if (performance.now() < this.#endsAt) return SOON
    this.#onEnd()
    return new Promise(resolve =>
      setImmediate(() => {
        this.#endsAt = performance.now() + TURN_MS
        resolve()
      })
    )
  }
}
