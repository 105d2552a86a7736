import { monotonicMs, setImmediate } from '../timers.js'

/** How long the worker may keep the event loop before it lets others have a turn. */
const TURN_MS = 0.5
/** How many steps pass between two looks at the time. */
const STEPS_PER_LOOK = 32
/** Waiting for it lets the callers who were just answered act before the next look. */
const SOON = Promise.resolve()

/** Shares the event loop: a queue that never runs dry would otherwise keep everybody else waiting. */
export class Turns {
  #stepsUntilLook = STEPS_PER_LOOK
  #endsAt = 0
  /** Until the next turn; whoever else has to wait for it waits for the same, so that all share one turn. */
  #pause: Promise<void> | undefined
  readonly #onEnd: () => void

  /** @param onEnd called before the loop is given away */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** To be called after each job and each answer: what to wait for before the next one, mostly nothing. */
  pass(): void | Promise<void> {
    if (--this.#stepsUntilLook > 0) return
    this.#stepsUntilLook = STEPS_PER_LOOK
    if (monotonicMs() < this.#endsAt) return SOON
    if (this.#pause === undefined) {
      this.#onEnd()
      this.#pause = new Promise(resolve =>
        setImmediate(() => {
          this.#endsAt = monotonicMs() + TURN_MS
          this.#pause = undefined
          resolve()
        })
      )
    }
    return this.#pause
  }
}
