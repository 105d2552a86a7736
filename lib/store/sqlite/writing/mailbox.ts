import type { Settings } from '../../store.js'
import type { JournalCommit } from './writer.js'

/** Bytes for the lengths and the texts of a commit: some 150 payments. With more, no difference can be measured. */
const CAPACITY = 64 * 1024

const EMPTY = 0
const SENT = 1
const DONE = 2

const NUMBERS = 6
const NUMBERS_AT = 8
const TEXTS_AT = NUMBERS_AT + NUMBERS * Float64Array.BYTES_PER_ELEMENT

/**
 * Shared memory for one commit on its way to the writer thread, and for the word that it is on disk: a port takes about
 * 15 µs either way, most of it for copying objects. Failures go through the port, and so do commits that do not fit.
 *
 * empty → sent → empty (the writer is at it) → done → empty. A failure leaves it empty. The writer reads the commit where
 * it is: the next may be put here only after the answer.
 */
export class Mailbox {
  readonly #memory: SharedArrayBuffer
  readonly #state: Int32Array
  readonly #numbers: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory
    this.#state = new Int32Array(memory, 0, 1)
    this.#numbers = new Float64Array(memory, NUMBERS_AT, NUMBERS)
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(TEXTS_AT + CAPACITY)
  }

  /** Sends a commit; returns whether it fits. */
  put({ expectedHead, head, lengths, bytes, letters, settings }: JournalCommit): boolean {
    if (letters.length > 0 || hasFields(settings) || lengths.byteLength + bytes.length > CAPACITY) return false
    const { sequence, timestamp, transactionCount } = head
    this.#numbers.set([expectedHead, sequence, timestamp, transactionCount, lengths.length, bytes.length])
    this.#lengths(lengths.length).set(lengths)
    this.#bytes(lengths.length, bytes.length).set(bytes)
    Atomics.store(this.#state, 0, SENT)
    return true
  }

  /** What was sent and not taken yet. */
  take(): JournalCommit | undefined {
    if (!this.#moves(SENT)) return undefined
    const [expectedHead, sequence, timestamp, transactionCount, count, size] = [...this.#numbers] as Numbers
    const head = { sequence, timestamp, transactionCount }
    return {
      expectedHead,
      head,
      lengths: this.#lengths(count),
      bytes: this.#bytes(count, size),
      letters: [],
      settings: {}
    }
  }

  /** Answers that the commit is on disk. */
  putDone(): void {
    Atomics.store(this.#state, 0, DONE)
  }

  /** Whether that was answered, and not taken yet. */
  takeDone(): boolean {
    return this.#moves(DONE)
  }

  #moves(state: number): boolean {
    return Atomics.compareExchange(this.#state, 0, state, EMPTY) === state
  }

  #lengths(count: number): Uint32Array {
    return new Uint32Array(this.#memory, TEXTS_AT, count)
  }

  #bytes(count: number, size: number): Uint8Array {
    return new Uint8Array(this.#memory, TEXTS_AT + count * Uint32Array.BYTES_PER_ELEMENT, size)
  }
}

function hasFields(settings: Settings): boolean {
  for (const _ in settings) return true
  return false
}

type Numbers = [number, number, number, number, number, number]
