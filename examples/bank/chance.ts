/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Chance {
  /** Whether something of this probability, 0 … 1, happens. */
  happens(probability: number): boolean
  /** A whole number between two others, both included. */
  between(least: number, most: number): number
  oneOf<T>(choices: readonly [T, ...T[]]): T
}

/** @param seed 0 … 2^32−1 */
export function chance(seed: number): Chance {
  let state = seed | 0
  return {
    happens: probability => next() < probability,
    between,
    oneOf: choices => choices[between(0, choices.length - 1)]!
  }

  function between(least: number, most: number): number {
    return least + Math.floor(next() * (most - least + 1))
  }

  /** A counter that steps by the golden ratio, its bits mixed as MurmurHash3 finishes a hash; 0 … 1, 1 excluded. */
  function next(): number {
    state = (state + 0x9e3779b9) | 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}
