import type { Statement } from '../database/driver.js'
import { rowsOf, type StoredChunk } from './chunk-sum.js'
import type { SortedRows } from './sorted-rows.js'

/** Sorted rows of a stretch of the journal: after < sequence <= through. */
export interface Run {
  readonly run: number
  readonly tier: number
  readonly after: number
  readonly through: number
}

interface MergeOptions {
  /** Next to each other in the journal, in its order. */
  readonly inputs: readonly Run[]
  /** The run that they become. */
  readonly output: Pick<Run, 'run' | 'after'>
  /** The first chunk of a run behind a row. */
  readonly nextChunk: Statement
  readonly chunkRows: number
  /** Adds a chunk to the run that they become. */
  readonly write: (run: Pick<Run, 'run' | 'after'>, rows: SortedRows) => void
}

/** How many times as many rows as fit a chunk one step may look at, when it drops most of them. */
const LOOKS = 4

/** Puts runs together into one, chunk by chunk. */
export class RunMerge {
  readonly inputs: readonly Run[]
  readonly output: Pick<Run, 'run' | 'after'>
  readonly #cursors: Cursor[]
  readonly #numbers: Float64Array
  readonly #distances: Uint32Array
  readonly #write: MergeOptions['write']

  constructor({ inputs, output, nextChunk, chunkRows, write }: MergeOptions) {
    this.inputs = inputs
    this.output = output
    this.#cursors = inputs.map(input => new Cursor(input, nextChunk)).filter(cursor => cursor.load())
    this.#numbers = new Float64Array(chunkRows)
    this.#distances = new Uint32Array(chunkRows)
    this.#write = write
  }

  /** Writes one more chunk, without rows up to a sequence. @returns whether that was the last */
  step(droppedThrough: number): boolean {
    const { length: chunkRows } = this.#numbers
    let length = 0
    for (let looks = 0; looks < LOOKS * chunkRows && length < chunkRows && this.#cursors.length > 0; looks++) {
      const first = this.#first()
      if (first.sequence > droppedThrough) {
        this.#numbers[length] = first.number
        this.#distances[length++] = first.sequence - this.output.after
      }
      if (!first.advance()) this.#cursors.splice(this.#cursors.indexOf(first), 1)
    }
    const rows = { numbers: this.#numbers.slice(0, length), distances: this.#distances.slice(0, length) }
    if (length > 0) this.#write(this.output, rows)
    return this.#cursors.length === 0
  }

  #first(): Cursor {
    let first = this.#cursors[0]!
    // Of equal numbers the earlier run has the earlier sequence.
    for (const cursor of this.#cursors) if (cursor.number < first.number) first = cursor
    return first
  }
}

const EMPTY: SortedRows = { numbers: new Float64Array(0), distances: new Uint32Array(0) }

/** A place in a run. */
class Cursor {
  number = -1
  sequence = -1
  readonly #run: Run
  readonly #nextChunk: Statement
  #rows = EMPTY
  #place = 0

  constructor(run: Run, nextChunk: Statement) {
    this.#run = run
    this.#nextChunk = nextChunk
  }

  /** Goes to the first row of the next chunk. @returns whether there is one */
  load(): boolean {
    const { run, after } = this.#run
    const chunk = this.#nextChunk.get(run, this.number, this.sequence) as Pick<StoredChunk, 'rows' | 'sum'> | undefined
    if (chunk === undefined) return false
    this.#rows = rowsOf({ run, after, ...chunk })
    this.#place = -1
    return this.advance()
  }

  /** Goes to the next row. @returns whether there is one */
  advance(): boolean {
    if (++this.#place === this.#rows.numbers.length) return this.load()
    this.number = this.#rows.numbers[this.#place]!
    this.sequence = this.#run.after + this.#rows.distances[this.#place]!
    return true
  }
}
