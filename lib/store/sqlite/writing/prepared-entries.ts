import type { Entry } from '../../../domain/entry.js'
import { writeEntry } from '../../codec.js'
import { JsonWriter } from '../../json-writer.js'

/** The texts of entries, UTF-8, one after the other, and how many bytes each has. */
export interface EntryTexts {
  readonly bytes: Uint8Array
  readonly lengths: Uint32Array
}

/** The texts of the entries that the next commit is likely to be about, written as they are decided. */
export class PreparedEntries {
  readonly #out = new JsonWriter()
  #entries: Entry[] = []
  #lengths: number[] = []

  add(entry: Entry): void {
    try {
      this.#write(entry)
    } catch {
      // What cannot be written fails its commit, which tries again; the decision stands, and nothing of this may stay.
      this.#forget()
    }
  }

  /** The texts of a commit's entries: what was prepared, or, where that is something else, written now. */
  take(entries: readonly Entry[]): EntryTexts {
    try {
      if (!this.#holds(entries)) {
        this.#forget()
        for (const entry of entries) this.#write(entry)
      }
      return { bytes: this.#out.bytes, lengths: new Uint32Array(this.#lengths) }
    } finally {
      this.#forget()
    }
  }

  #write(entry: Entry): void {
    const before = this.#out.length
    writeEntry(this.#out, entry)
    this.#entries.push(entry)
    this.#lengths.push(this.#out.length - before)
  }

  /** Entries come in one order without holes: with the same ends and as many between they are the same. */
  #holds(entries: readonly Entry[]): boolean {
    const { length } = this.#entries
    return entries.length === length && entries[0] === this.#entries[0] && entries.at(-1) === this.#entries.at(-1)
  }

  #forget(): void {
    this.#out.clear()
    this.#entries = []
    this.#lengths = []
  }
}
