/**
 * Tells one thread that the other has sent it a message. Looking at the bell touches nothing but shared memory, while
 * asking a port for messages takes a lock that its sender needs at that very moment.
 *
 * Who listens is awake or asleep. Who falls asleep says so and then looks once more; who rings does so and then looks
 * whether anybody is awake: so one of the two sees the other, and no message is left lying.
 */
export class Bell {
  readonly #words: Int32Array
  #heard = 0

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  }

  /** A message has been sent; returns whether somebody is awake to hear of it. */
  ring(): boolean {
    Atomics.add(this.#words, RUNG, 1)
    return Atomics.load(this.#words, AWAKE) === 1
  }

  /** Whether there may be a message that was not taken yet. */
  hasRung(): boolean {
    return Atomics.load(this.#words, RUNG) !== this.#heard
  }

  /** The same, after having looked some times at the most: every look at a clock leaves garbage. */
  hasRungSoon(): boolean {
    for (let look = 0; look < LOOKS; look++) if (this.hasRung()) return true
    return false
  }

  /** A message was taken. */
  heard(): void {
    this.#heard = (this.#heard + 1) | 0
  }

  /** From now on the bell is looked at. */
  wakeUp(): void {
    Atomics.store(this.#words, AWAKE, 1)
  }

  /** From now on the bell is not looked at, unless it has rung: returns whether that is so. */
  fallAsleep(): boolean {
    Atomics.store(this.#words, AWAKE, 0)
    if (!this.hasRung()) return true
    this.wakeUp()
    return false
  }
}

const RUNG = 0
const AWAKE = 1
const LOOKS = 64
