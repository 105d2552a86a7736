/**
 * Sequences under numbers. All lists share two flat arrays, which can be handed to another thread as they are: a list of
 * its own for each number would cost more than what it holds.
 */
export class SequenceLists {
  readonly #numbers: number[] = []
  readonly #sequences: number[] = []
  /** From a number to the place of its latest sequence in the arrays above. */
  readonly #latest = new Map<number, number>()
  /** From a place to the one before under the same number. */
  readonly #earlier: (number | undefined)[] = []

  add(number: number, sequence: number): void {
    this.#earlier.push(this.#latest.get(number))
    this.#latest.set(number, this.#numbers.length)
    this.#numbers.push(number)
    this.#sequences.push(sequence)
  }

  /** The latest first. */
  under(number: number): readonly number[] {
    let place = this.#latest.get(number)
    if (place === undefined) return NONE
    const sequences: number[] = []
    for (; place !== undefined; place = this.#earlier[place]) sequences.push(this.#sequences[place]!)
    return sequences
  }

  get numbers(): Float64Array {
    return new Float64Array(this.#numbers)
  }

  /** In the order of the numbers. */
  get sequences(): Float64Array {
    return new Float64Array(this.#sequences)
  }
}

const NONE: readonly never[] = []
