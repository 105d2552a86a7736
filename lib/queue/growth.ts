/**
 * Tells those who follow the journal that something became of it: more of it is durable, the writer stopped, or nothing
 * more will come. It says no more than that, so that a notice costs nothing while nobody follows.
 *
 * growing → ended
 */
export class Growth {
  readonly #listeners = new Set<() => void>()
  #hasEnded = false

  /** Whether everything that was taken is durable, or has failed, and nothing is taken any more. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** @returns takes the listener away again */
  on(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  notify(): void {
    for (const listener of this.#listeners) listener()
  }

  end(): void {
    this.#hasEnded = true
    this.notify()
  }
}
