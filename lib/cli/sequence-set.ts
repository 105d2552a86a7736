const BITS_PER_BLOCK = 65_536

/** A set of journal sequences at about one bit each, so that an import remembers every row it has seen. */
export interface SequenceSet {
  /** Whether the sequence was new. */
  add(sequence: number): boolean
}

export function sequenceSet(): SequenceSet {
  const blocks = new Map<number, Uint8Array>()
  return {
    add(sequence) {
      const block = blockOf(Math.floor(sequence / BITS_PER_BLOCK))
      const bit = sequence % BITS_PER_BLOCK
      const index = bit >> 3
      const mask = 1 << (bit & 7)
      const isNew = (block[index]! & mask) === 0
      block[index]! |= mask
      return isNew
    }
  }

  function blockOf(number: number): Uint8Array {
    const known = blocks.get(number)
    if (known !== undefined) return known
    const block = new Uint8Array(BITS_PER_BLOCK / 8)
    blocks.set(number, block)
    return block
  }
}
