/** How many accounts there is room for at first; it doubles when half of it is used. */
const SLOTS = 1_024

/**
 * What accounts have posted, by the entry that opened them, in flat arrays: there may be hundreds of thousands. Their rows
 * in the tables are behind.
 */
export class MovedBalances {
  #accounts = new Float64Array(SLOTS)
  #posted = new BigInt64Array(SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(createdSequence: number): bigint | undefined {
    const slot = this.#slotOf(createdSequence)
    return this.#accounts[slot] === createdSequence ? this.#posted[slot] : undefined
  }

  /** Adds what accounts have posted, in the same order; what was there before is older. */
  add({ accounts, posted }: { readonly accounts: Float64Array; readonly posted: BigInt64Array }): void {
    for (let place = 0; place < accounts.length; place++) this.#set(accounts[place]!, posted[place]!)
  }

  /** The entries that opened its accounts. The oldest is first, whose row lies before those of the others. */
  accounts(): Float64Array {
    return this.#accounts.filter(createdSequence => createdSequence > 0).sort()
  }

  #set(createdSequence: number, posted: bigint): void {
    if (2 * this.#size >= this.#accounts.length) this.#grow()
    const slot = this.#slotOf(createdSequence)
    if (this.#accounts[slot] === 0) this.#size++
    this.#accounts[slot] = createdSequence
    this.#posted[slot] = posted
  }

  /** Where an account is, or would be: entries are numbered from 1, so that 0 stands for nobody. */
  #slotOf(createdSequence: number): number {
    const mask = this.#accounts.length - 1
    let slot = (Math.imul(createdSequence | 0, 0x9e3779b1) >>> 8) & mask
    while (this.#accounts[slot] !== 0 && this.#accounts[slot] !== createdSequence) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const [accounts, posted] = [this.#accounts, this.#posted]
    this.#accounts = new Float64Array(2 * accounts.length)
    this.#posted = new BigInt64Array(2 * accounts.length)
    this.#size = 0
    for (let slot = 0; slot < accounts.length; slot++)
      if (accounts[slot]! > 0) this.#set(accounts[slot]!, posted[slot]!)
  }
}
