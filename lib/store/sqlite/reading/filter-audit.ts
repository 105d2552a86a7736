import type { StoreProblem } from '../../store.js'
import { KeyFilter } from './key-filter.js'
import type { Queries } from './queries.js'

/** Checks the filter that the last closing kept: a key that it does not know counts as never used. */
export class FilterAudit {
  readonly problems: readonly StoreProblem[]
  readonly #filter: KeyFilter | undefined
  readonly #after: number = 0
  readonly #through: number = 0

  constructor(queries: Queries) {
    try {
      const kept = queries.keptFilter()
      this.problems = []
      if (kept === undefined) return
      const filter = new KeyFilter()
      const { after, through } = kept
      if (!filter.restore(kept, { through, forgottenThrough: after })) throw new Error('its hash is another')
      this.#filter = filter
      this.#after = after
      this.#through = through
    } catch (error) {
      const message = `the filter over the keys is damaged: ${error instanceof Error ? error.message : String(error)}`
      this.problems = [{ sequence: null, accountId: null, message }]
    }
  }

  /** Whether it knows the key of an entry that it must know. */
  has(keyHash: number, sequence: number): boolean {
    if (this.#filter === undefined || sequence <= this.#after || sequence > this.#through) return true
    return this.#filter.mayHave(keyHash)
  }
}
