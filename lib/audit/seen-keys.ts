/** Of 32 bits each: 16 MB. */
const WORDS = 2 ** 22
const BITS = 32 * WORDS
const PROBES = 4

/**
 * Tells of most idempotency keys that they come for the first time: a Bloom filter of fixed size. It never says so of a
 * key that it has seen. Of ten million keys it lets through three in a thousand as possibly seen; the more there are, the
 * more have to be looked up.
 */
export class SeenKeys {
  readonly #words = new Uint32Array(WORDS)

  /** Whether a key may have been seen before; from now on it has been. */
  see(accountId: string, idempotencyKey: string): boolean {
    const one = hashOf(accountId, idempotencyKey, 0x811c9dc5)
    // Odd, so that the probes of a key differ.
    const step = hashOf(idempotencyKey, accountId, 0x01000193) | 1
    let isSeen = true
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = ((one + Math.imul(probe, step)) >>> 0) % BITS
      const word = bit >>> 5
      const mask = 1 << (bit & 31)
      if ((this.#words[word]! & mask) === 0) isSeen = false
      this.#words[word]! |= mask
    }
    return isSeen
  }
}

/** FNV-1a over both texts, its bits stirred once more at the end. */
function hashOf(one: string, other: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < one.length; index++) hash = Math.imul(hash ^ one.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash, 0x01000193)
  for (let index = 0; index < other.length; index++) hash = Math.imul(hash ^ other.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
