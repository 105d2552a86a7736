import { random } from 'nanoid'

/** 72 random bits each: an id cannot be guessed. In base64url, whose alphabet is nanoid's, they are 12 characters. */
const SUFFIX_BYTES = 9
const SUFFIX_LENGTH = 12
/** Drawn one by one, character by character, they cost every payment four times as much. */
const DRAWN_AT_ONCE = 32

/** The unguessable ends of transaction ids. */
export class IdSuffixes {
  #drawn = ''
  #used = 0

  next(): string {
    if (this.#used === this.#drawn.length) {
      this.#drawn = Buffer.from(random(SUFFIX_BYTES * DRAWN_AT_ONCE)).toString('base64url')
      this.#used = 0
    }
    this.#used += SUFFIX_LENGTH
    return this.#drawn.slice(this.#used - SUFFIX_LENGTH, this.#used)
  }
}
