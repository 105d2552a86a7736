interface Deadline {
  readonly deadline: number
  readonly sequence: number
}

/** Deadlines in a binary heap: adding one, or taking the earliest, costs the logarithm of how many there are. */
export class Deadlines {
  readonly #heap: Deadline[] = []

  add(added: Deadline): void {
    let index = this.#heap.push(added) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(added, this.#heap[parent]!)) break
      this.#heap[index] = this.#heap[parent]!
      index = parent
    }
    this.#heap[index] = added
  }

  /** The earliest, which stays. */
  first(): Deadline | undefined {
    return this.#heap[0]
  }

  removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= this.#heap.length) break
      const right = left + 1
      const isRight = right < this.#heap.length && isBefore(this.#heap[right]!, this.#heap[left]!)
      const child = isRight ? right : left
      if (!isBefore(this.#heap[child]!, last)) break
      this.#heap[index] = this.#heap[child]!
      index = child
    }
    this.#heap[index] = last
  }
}

function isBefore(one: Deadline, other: Deadline): boolean {
  return one.deadline === other.deadline ? one.sequence < other.sequence : one.deadline < other.deadline
}
