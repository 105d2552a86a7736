import type { Queries } from './queries.js'

/** 16 MB, of which the operating system provides what is touched. */
const WORDS = 2 ** 22
/** How many bits of its word a key sets. */
const BITS = 4
/** Keys that are read at once while it is being filled, and the pause after them: a twentieth of a processor at most. */
const PAGE_LENGTH = 1_000
const PAUSE_MS = 10

/**
 * Tells of most keys that they were never used, without asking the tables: a Bloom filter, each key within one word, over
 * the numbers that `keyHash` makes. It never says so of a key that was used. Of unused keys it lets through one in a
 * hundred when there are ten million, one in three when there are fifty million. It knows nothing until it is complete.
 */
export class KeyFilter {
  readonly #words = new Uint32Array(WORDS)
  #isComplete = false

  add(keyHash: number): void {
    this.#words[keyHash & (WORDS - 1)]! |= bitsOf(keyHash)
  }

  /**
   * Adds the keys of the tables little by little, so that a large ledger opens as fast as a small one. Every key that comes
   * after the start is to be added besides.
   */
  async fill(queries: Queries, isClosed: () => boolean): Promise<void> {
    for (let last = -1; !isClosed();) {
      const page = queries.keyHashes(last, PAGE_LENGTH)
      for (const hash of page) this.add(hash)
      this.#isComplete = page.length < PAGE_LENGTH
      if (this.#isComplete) return
      last = page.at(-1)!
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS).unref())
    }
  }

  mayHave(keyHash: number): boolean {
    const bits = bitsOf(keyHash)
    return !this.#isComplete || (this.#words[keyHash & (WORDS - 1)]! & bits) === bits
  }
}

/** Taken from the part of the hash that does not choose the word. */
function bitsOf(keyHash: number): number {
  let rest = Math.floor(keyHash / WORDS)
  let bits = 0
  for (let bit = 0; bit < BITS; bit++) {
    bits |= 1 << (rest & 31)
    rest >>>= 5
  }
  return bits
}
