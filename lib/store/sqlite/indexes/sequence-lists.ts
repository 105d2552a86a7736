/** How many sequences there is room for at first; it doubles when it is used up. */
const CAPACITY = 1_024

/**
 * Sequences under numbers. All lists share a few flat arrays, which the garbage collector need not look into and which can
 * be handed to another thread as they are: a list of its own for each number would cost more than what it holds.
 */
export class SequenceLists {
  #length = 0
  #numbers = new Float64Array(CAPACITY)
  #sequences = new Float64Array(CAPACITY)
  /** From a place to the one before under the same number, counted from 1; 0 where there is none. */
  #earlier = new Uint32Array(CAPACITY)
  /** A hash table from numbers to their latest place, counted from 1; 0 where a slot is free. At most half full. */
  #slots = new Uint32Array(2 * CAPACITY)

  add(number: number, sequence: number): void {
    if (this.#length === this.#numbers.length) this.#grow()
    const place = this.#length++
    const slot = this.#slotOf(number)
    this.#numbers[place] = number
    this.#sequences[place] = sequence
    this.#earlier[place] = this.#slots[slot]!
    this.#slots[slot] = place + 1
  }

  /** The latest first. */
  under(number: number): readonly number[] {
    let next = this.#slots[this.#slotOf(number)]!
    if (next === 0) return NONE
    const sequences: number[] = []
    for (; next !== 0; next = this.#earlier[next - 1]!) sequences.push(this.#sequences[next - 1]!)
    return sequences
  }

  get numbers(): Float64Array {
    return this.#numbers.slice(0, this.#length)
  }

  /** In the order of the numbers. */
  get sequences(): Float64Array {
    return this.#sequences.slice(0, this.#length)
  }

  /** Where a number is in the hash table, or would be: the search goes on from slot to slot. */
  #slotOf(number: number): number {
    const mask = this.#slots.length - 1
    // The upper bits of a large number have their say in where it begins.
    let slot = Math.imul((number ^ (number / 0x1_0000_0000)) | 0, 0x9e3779b1) >>> 8
    for (slot &= mask; ; slot = (slot + 1) & mask) {
      const latest = this.#slots[slot]!
      if (latest === 0 || this.#numbers[latest - 1] === number) return slot
    }
  }

  #grow(): void {
    const length = 2 * this.#numbers.length
    this.#numbers = copied(this.#numbers, new Float64Array(length))
    this.#sequences = copied(this.#sequences, new Float64Array(length))
    this.#earlier = copied(this.#earlier, new Uint32Array(length))
    this.#slots = new Uint32Array(2 * length)
    for (let place = 0; place < this.#length; place++) this.#slots[this.#slotOf(this.#numbers[place]!)] = place + 1
  }
}

function copied<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from)
  return to
}

const NONE: readonly never[] = []
