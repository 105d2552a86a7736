import { decodeCommand, encodeCommand } from '../codec.js'
import { failedAgain, type DeadLetterChange, type DeadLetterQuery, type DeadLetterRecord } from '../dead-letter.js'

/** Dead letters in a Map. */
export class Letters {
  readonly #byId = new Map<string, DeadLetterRecord>()

  apply(changes: readonly DeadLetterChange[]): void {
    for (const change of changes) {
      if ('removed' in change) this.#byId.delete(change.removed)
      else {
        const { id, command } = change.kept
        // Decoded again, so that a reader gets what a database would give.
        const letter = { ...change.kept, command: decodeCommand(encodeCommand(command)) }
        this.#byId.set(id, failedAgain(this.#byId.get(id), letter))
      }
    }
  }

  find(query: DeadLetterQuery): readonly DeadLetterRecord[] {
    if ('id' in query) {
      const letter = this.#byId.get(query.id)
      return letter === undefined ? [] : [letter]
    }
    const { after, limit } = query
    const letters = [...this.#byId.values()].sort(byAge)
    return letters.filter(letter => after === undefined || byAge(letter, after) > 0).slice(0, limit)
  }
}

type Aged = Pick<DeadLetterRecord, 'firstAt' | 'id'>

function byAge(one: Aged, other: Aged): number {
  return one.firstAt - other.firstAt || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
}
