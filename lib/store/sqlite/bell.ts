/**
 * Tells one thread that the other has sent it a message. Looking at the bell touches nothing but shared memory, while
 * asking a port for messages takes a lock that its sender needs at that very moment.
 */
export class Bell {
  readonly #rung: Int32Array
  #heard = 0

  constructor(memory: SharedArrayBuffer) {
    this.#rung = new Int32Array(memory)
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  }

  /** A message is at the port. */
  ring(): void {
    Atomics.add(this.#rung, 0, 1)
  }

  /** Whether there may be a message that was not taken from the port yet. */
  hasRung(): boolean {
    return Atomics.load(this.#rung, 0) !== this.#heard
  }

  /** The same, after having looked some times at the most: every look at a clock leaves garbage. */
  hasRungSoon(): boolean {
    for (let look = 0; look < LOOKS; look++) if (this.hasRung()) return true
    return false
  }

  /** A message was taken from the port. */
  heard(): void {
    this.#heard = (this.#heard + 1) | 0
  }
}

const LOOKS = 64
