import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import type { Queries } from './queries.js'
import { setTimeout } from '../../../timers.js'

/** Of two words each: 32 MB, of which the operating system provides what is touched. */
const BLOCKS = 2 ** 22
/** How many bits a key sets in each word of its block. */
const LOWER_BITS = 3
const UPPER_BITS = 2
/** Chunks of keys that are read at once while it is being filled, and the pause after them. */
const PAGE_CHUNKS = 32
const PAUSE_MS = 5

/** A filter as a file keeps it, so that the next opening need not read every key. */
export interface KeptFilter {
  /** The last entry whose key is in it. */
  readonly through: number
  /** The last entry whose key was forgotten when it was filled: what it has up to there is not in it. */
  readonly after: number
  readonly words: Uint8Array
  readonly hash: Uint8Array
}

/**
 * Tells of most keys that they were never used, without asking the tables: a Bloom filter, each key within one block, over
 * the numbers that `keyHash` makes. It never says so of a key that was used. Of unused keys it lets through one in a
 * thousand when there are ten million, one in ten when there are fifty million. It knows nothing until it is complete.
 */
export class KeyFilter {
  readonly #words = new Uint32Array(2 * BLOCKS)
  #isComplete = false
  #after = 0

  get isComplete(): boolean {
    return this.#isComplete
  }

  add(keyHash: number): void {
    const block = blockOf(keyHash)
    this.#words[block]! |= lowerBits(keyHash)
    this.#words[block + 1]! |= upperBits(keyHash)
  }

  /**
   * Adds the keys of the tables little by little, so that a large ledger opens as fast as a small one. Every key that comes
   * after the start is to be added besides.
   */
  async fill(queries: Queries, isClosed: () => boolean): Promise<void> {
    this.#after = queries.keysForgottenThrough()
    // A run that is replaced while it is read has its rows in another, which has not been read: until none is left.
    const read = new Set<number>()
    const nextRun = () => queries.keys.liveRuns().find(run => !read.has(run))
    for (let run = nextRun(); run !== undefined; run = nextRun()) {
      read.add(run)
      let behind = 0
      do {
        const page = queries.keys.numbersOf(run, { behind, limit: PAGE_CHUNKS })
        for (const hashes of page.numbers) for (const hash of hashes) this.add(hash)
        behind = page.numbers.length === PAGE_CHUNKS ? page.through : 0
        if (behind > 0) await new Promise(resolve => setTimeout(resolve, PAUSE_MS).unref())
        if (isClosed()) return
      } while (behind > 0)
    }
    this.#isComplete = true
  }

  /** What to keep of it when the last entry is this one. Only of a complete filter. */
  toKeep(through: number): KeptFilter {
    const words = new Uint8Array(this.#words.buffer)
    return { through, after: this.#after, words, hash: hashOf(words, through) }
  }

  /**
   * Takes over what was kept, where that is whole, tells of every key up to the last entry, and is not mostly about keys
   * that are forgotten by now. @returns whether it did
   */
  restore(kept: KeptFilter, { through, forgottenThrough }: { through: number; forgottenThrough: number }): boolean {
    const isFresh = 2 * (through - forgottenThrough) >= through - kept.after
    const fits = kept.through === through && kept.words.length === this.#words.byteLength
    // The words stand there as this kind of processor has them.
    if (!isFresh || !fits || endianness() !== 'LE') return false
    if (Buffer.compare(hashOf(kept.words, through), kept.hash) !== 0) return false
    new Uint8Array(this.#words.buffer).set(kept.words)
    this.#after = kept.after
    this.#isComplete = true
    return true
  }

  mayHave(keyHash: number): boolean {
    if (!this.#isComplete) return true
    const block = blockOf(keyHash)
    return this.#has(block, lowerBits(keyHash)) && this.#has(block + 1, upperBits(keyHash))
  }

  #has(word: number, bits: number): boolean {
    return (this.#words[word]! & bits) === bits
  }
}

/** Where a key's two words are. */
function blockOf(keyHash: number): number {
  return 2 * (keyHash & (BLOCKS - 1))
}

function lowerBits(keyHash: number): number {
  return bitsOf(Math.floor(keyHash / BLOCKS), LOWER_BITS)
}

function upperBits(keyHash: number): number {
  return bitsOf(Math.floor(keyHash / BLOCKS) >>> (5 * LOWER_BITS), UPPER_BITS)
}

/** Bits of a word, chosen by five bits each of the part of the hash that does not choose the block. */
function bitsOf(rest: number, count: number): number {
  let bits = 0
  for (let bit = 0; bit < count; bit++) bits |= 1 << ((rest >>> (5 * bit)) & 31)
  return bits
}

function hashOf(words: Uint8Array, through: number): Buffer {
  return createHash('sha256').update(`${through} `).update(words).digest()
}
