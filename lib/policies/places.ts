interface Bounds {
  /** Places for everybody. */
  readonly lengthMax: number
  /** Further places, for accounts that hold none of the last ones. */
  readonly reserve: number
}

/**
 * The places of a queue, with a reserve that one account's flood cannot take.
 *
 * Whoever fills the queue holds its last places, so it is enough to remember who came when it was nearly full: below
 * that, fairness costs nothing. The order of the queue is not touched: this is only about who gets in.
 */
export class Places {
  readonly #lengthMax: number
  readonly #reserve: number
  #taken = 0
  #takenOfReserve = 0
  /** How many of the last places and of the reserve each account holds. */
  readonly #late = new Map<string, number>()

  constructor({ lengthMax, reserve }: Bounds) {
    this.#lengthMax = lengthMax
    this.#reserve = reserve
  }

  /** Callers that wait, those in the reserve included. */
  get taken(): number {
    return this.#taken
  }

  /** Whether even the reserve is full: then there is room for nobody. */
  get isFull(): boolean {
    return this.#isFilled && this.#takenOfReserve >= this.#reserve
  }

  /** Whether a caller for this account, or for none, would find a place. */
  hasRoomFor(accountId: string | undefined): boolean {
    if (!this.#isFilled) return true
    return accountId !== undefined && !this.isFull && !this.#late.has(accountId)
  }

  /**
   * Takes a place that there is room for.
   *
   * @returns for one of the last places: to be called once when its call has come to its end
   */
  take(accountId: string | undefined): (() => void) | undefined {
    const isReserve = this.#isFilled
    const isLate = this.#taken - this.#takenOfReserve >= this.#lengthMax - this.#reserve
    this.#taken++
    return accountId === undefined || !isLate ? undefined : this.#takeLate(accountId, isReserve)
  }

  #takeLate(accountId: string, isReserve: boolean): () => void {
    if (isReserve) this.#takenOfReserve++
    this.#late.set(accountId, (this.#late.get(accountId) ?? 0) + 1)
    return () => {
      if (isReserve) this.#takenOfReserve--
      const left = this.#late.get(accountId)! - 1
      if (left === 0) this.#late.delete(accountId)
      else this.#late.set(accountId, left)
    }
  }

  free(): void {
    this.#taken--
  }

  get #isFilled(): boolean {
    return this.#taken - this.#takenOfReserve >= this.#lengthMax
  }
}
