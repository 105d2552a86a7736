/**
 * First in, first out in constant time, for p-queue and for what waits in it. (An array's `shift` moves every element
 * once the array is large, so that a backlog would drain in quadratic time.) Freed slots are given back in steps.
 */
export class Fifo<T> {
  #items: (T | undefined)[] = []
  #first = 0

  get size(): number {
    return this.#items.length - this.#first
  }

  enqueue(item: T): void {
    this.#items.push(item)
  }

  dequeue(): T | undefined {
    if (this.size === 0) return undefined
    const item = this.#items[this.#first]
    this.#items[this.#first++] = undefined
    if (this.#first === this.#items.length) {
      this.#items = []
      this.#first = 0
    } else if (this.#first >= COMPACT_AT && this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return item
  }

  /** Takes items out until none is left, those included that come in meanwhile. */
  *drain(): Generator<T, void, undefined> {
    for (let item = this.dequeue(); item !== undefined; item = this.dequeue()) yield item
  }

  /** The first items, at most `count`, which stay where they are. */
  peek(count: number): readonly T[] {
    return this.#items.slice(this.#first, this.#first + count) as T[]
  }
}

const COMPACT_AT = 1024
