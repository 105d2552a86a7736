import { createHash } from 'node:crypto'

/** Words of a slot: 96 bits of a name's hash, and the place. */
const WORDS = 4
const SLOTS_LEAST = 1 << 12
const LOAD_MAX = 0.7

/**
 * At which place a name came first, for millions of names: 16 bytes a slot instead of the text. Two names share a hash
 * of 96 bits by chance once in many billion files.
 */
export class FirstPlaces {
  #slots = new Uint32Array(SLOTS_LEAST * WORDS)
  #size = 0

  /** The place at which the name came first: this one, where it is new. */
  firstPlace(name: string, place: number): number {
    if (this.#size >= (this.#slots.length / WORDS) * LOAD_MAX) this.#grow()
    const digest = createHash('md5').update(name).digest()
    const hash = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)] as const
    const at = slotOf(this.#slots, hash)
    if (this.#slots[at + 3] === 0) {
      this.#slots.set([...hash, place], at)
      this.#size += 1
    }
    return this.#slots[at + 3]!
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 3] === 0) continue
      const at = slotOf(this.#slots, [old[from]!, old[from + 1]!, old[from + 2]!])
      this.#slots.set(old.subarray(from, from + WORDS), at)
    }
  }
}

/** Where the hash is, or the free slot where it belongs. Places count from 1, so a slot with place 0 is free. */
function slotOf(slots: Uint32Array, [first, second, third]: readonly [number, number, number]): number {
  const count = slots.length / WORDS
  for (let slot = first % count; ; slot = (slot + 1) % count) {
    const at = slot * WORDS
    if (slots[at + 3] === 0) return at
    if (slots[at] === first && slots[at + 1] === second && slots[at + 2] === third) return at
  }
}
