import {
  commandOf,
  encodeLetter,
  type DeadLetterChange,
  type DeadLetterQuery,
  type DeadLetterRecord,
  type StoredDeadLetter
} from '../dead-letter.js'

/** Dead letters in a Map, which keeps them in the order in which they came. */
export class Letters {
  readonly #byId = new Map<string, StoredDeadLetter>()
  #position = 0

  apply(changes: readonly DeadLetterChange[]): void {
    for (const change of changes) {
      if ('removed' in change) this.#byId.delete(change.removed)
      else this.#keep(change.kept)
    }
  }

  #keep({ command, ...latest }: DeadLetterRecord): void {
    const first = this.#byId.get(latest.id)
    if (first !== undefined) {
      const { cause, attempts, lastAt } = latest
      this.#byId.set(latest.id, { ...first, cause, attempts: first.attempts + attempts, lastAt })
      return
    }
    // As text, so that a reader gets what a database would give.
    const text = encodeLetter(command)
    this.#byId.set(latest.id, { ...latest, position: ++this.#position, command: commandOf(text), text })
  }

  find(query: DeadLetterQuery): readonly StoredDeadLetter[] {
    if ('id' in query) {
      const letter = this.#byId.get(query.id)
      return letter === undefined ? [] : [letter]
    }
    const { after, limit } = query
    return [...this.#byId.values()].filter(({ position }) => position > (after?.position ?? 0)).slice(0, limit)
  }
}
