import { Fifo } from './fifo.js'
import type { Job } from './job.js'

/** Jobs that came one after the other while others were waiting: they share a place in the queue, and one load. */
export type Run = Fifo<Job>

/** Bounds what is loaded at once. */
const RUN_LENGTH_MAX = 256

/**
 * What is in the queue, in the same order.
 *
 * A run is growing while it is the last one → waiting → draining.
 */
export class Runs {
  readonly #waiting = new Fifo<Run>()
  /** The last of the waiting runs, while more may come into it. */
  #growing: Run | undefined
  /** What is left of the run that is being executed. */
  #draining: Run | undefined

  get hasWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** @returns whether the job begins a run, which is to be given a place in the queue */
  add(job: Job): boolean {
    const begins = this.#growing === undefined || this.#growing.size >= RUN_LENGTH_MAX
    if (begins) this.#waiting.enqueue((this.#growing = new Fifo()))
    this.#growing!.enqueue(job)
    return begins
  }

  /** The run whose turn it is; more may come into it until it is closed. */
  next(): Run | undefined {
    return (this.#draining = this.#waiting.dequeue())
  }

  close(run: Run): void {
    if (this.#growing === run) this.#growing = undefined
  }

  /** Takes all jobs out that have not been executed. */
  *drain(): Generator<Job, void, undefined> {
    this.#growing = undefined
    if (this.#draining !== undefined) yield* this.#draining.drain()
    for (const run of this.#waiting.drain()) yield* run.drain()
  }
}
