/** Where it starts; it grows with the longest text. */
const CAPACITY = 64 * 1024

/**
 * JSON as bytes, written piece by piece into memory that is used again and again. (Joining strings instead makes a small
 * object for every piece, and all of them are copied once more in the end.)
 */
export class JsonWriter {
  #bytes = Buffer.allocUnsafe(CAPACITY)
  #length = 0

  /** Bytes so far. */
  get length(): number {
    return this.#length
  }

  /** Writes text as it is: to be made of ASCII characters only. */
  raw(text: string): void {
    this.#reserve(text.length)
    const bytes = this.#bytes
    let at = this.#length
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
    this.#length = at
  }

  /** Writes a string in quotes, with escapes where JSON wants them. */
  string(value: string): void {
    this.#reserve(value.length + 2)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = QUOTE
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return this.json(value)
      bytes[at++] = code
    }
    bytes[at++] = QUOTE
    this.#length = at
  }

  /** Writes the decimal digits of an integer. */
  integer(value: number | bigint): void {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) return this.raw(String(value))
    if (number < 0) this.raw('-')
    this.#reserve(DIGITS_MAX)
    this.#digits(Math.abs(number))
  }

  #digits(number: number): void {
    let rest = number
    if (rest >= HALF) {
      this.#digits(Math.floor(rest / HALF))
      rest %= HALF
    }
    // What stands behind other digits keeps its leading zeros.
    const count = number >= HALF ? HALF_DIGITS : countOf(rest)
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0
      this.#bytes[at] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.#length += count
  }

  /** Writes any value that JSON knows. */
  json(value: unknown): void {
    const text = JSON.stringify(value)
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(3 * text.length)
    this.#length += this.#bytes.write(text, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(2 * (this.#length + bytes))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }

  /** What was written, as bytes of their own. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(0, this.#length))
  }

  /** The same as text. */
  get text(): string {
    return this.#bytes.toString('utf8', 0, this.#length)
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0
  }
}

/** Longer numbers are written in two halves, so that each is one that processors divide quickly. */
const HALF_DIGITS = 8
const HALF = 10 ** HALF_DIGITS
const DIGITS_MAX = 16

function countOf(number: number): number {
  let count = 1
  for (let bound = 10; number >= bound; bound *= 10) count++
  return count
}

const ZERO = 0x30
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const TILDE = 0x7e
