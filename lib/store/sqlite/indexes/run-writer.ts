import type { Database, Statement } from '../database/driver.js'
import { sumOf } from './chunk-sum.js'
import { RunMerge, type Run } from './run-merge.js'
import { CHUNK_ROWS, encodeRows, sortedPlaces, type SortedRows } from './sorted-rows.js'

export type RunKind = 'keys' | 'history'

/** So many runs of one tier become one of the next. */
export const FAN_IN = 8
/** How many chunks are added, or deleted, at once: well below a millisecond of work. */
const ADDED_AT_ONCE = 4
const DELETED_AT_ONCE = 32

/** Rows in the order of the journal, of a stretch of it: after < sequence <= through. */
export interface NewRows {
  readonly numbers: ArrayLike<number>
  readonly sequences: ArrayLike<number>
  readonly after: number
  readonly through: number
}

/**
 * Writes the rows of one index. A row that is inserted into a large index writes a page somewhere in the file, and on the
 * disk of the benchmarks that takes nine times as long as a page next to the one before. So nothing is inserted: each stretch of the
 * journal leaves a run of sorted rows, in chunks one after the other, and eight runs become one, and eight of those the
 * next larger, so that each row is written a few times in all.
 *
 *     writing → live → dead → deleted
 *
 * A run counts while it is live. A run becomes live, and those that it replaces dead, in one transaction, so that whoever
 * reads sees every row once.
 */
export class RunWriter {
  readonly #kind: RunKind
  readonly #fanIn: number
  readonly #chunkRows: number
  readonly #begin: Statement
  readonly #setState: Statement
  readonly #insertChunk: Statement
  readonly #runs: Statement
  readonly #deleteChunks: Statement
  readonly #deleteRun: Statement
  readonly #nextChunk: Statement
  /** Merges under way, by the tier of what they merge. */
  readonly #merges = new Map<number, RunMerge>()
  /** Runs to be deleted. */
  readonly #dead: number[]
  #isTidy = false

  /** @param sizes smaller ones for specs */
  constructor(database: Database, kind: RunKind, { fanIn = FAN_IN, chunkRows = CHUNK_ROWS } = {}) {
    this.#kind = kind
    this.#fanIn = fanIn
    this.#chunkRows = chunkRows
    this.#begin = database.prepare(
      `INSERT INTO runs (kind, tier, after, through, state) VALUES (?, ?, ?, ?, 'writing') RETURNING run`
    )
    this.#setState = database.prepare('UPDATE runs SET state = ? WHERE run = ?')
    this.#insertChunk = database.prepare(
      'INSERT INTO chunks (run, first_number, first_sequence, rows, sum) VALUES (?, ?, ?, ?, ?)'
    )
    this.#runs = database.prepare(
      'SELECT run, tier, after, through FROM runs WHERE kind = ? AND state = ? ORDER BY through'
    )
    this.#deleteChunks = database.prepare(
      'DELETE FROM chunks WHERE chunk IN (SELECT chunk FROM chunks WHERE run = ? LIMIT ?)'
    )
    this.#deleteRun = database.prepare('DELETE FROM runs WHERE run = ?')
    this.#nextChunk = database.prepare(
      `SELECT rows, sum FROM chunks WHERE run = ? AND (first_number, first_sequence) > (?, ?)
       ORDER BY first_number, first_sequence LIMIT 1`
    )
    // What a crash left unfinished is not gone on with: nobody has seen it.
    this.#dead = this.#inState('dead').map(({ run }) => run)
    for (const { run } of this.#inState('writing')) this.#kill(run)
  }

  /** Writes rows into a run that does not count yet, in pieces. @returns what makes it count */
  *add({ numbers, sequences, after, through }: NewRows): Generator<void, () => void, undefined> {
    if (numbers.length === 0) return () => undefined
    const run = this.#open({ tier: 0, after, through })
    const places = yield* sortedPlaces(numbers)
    yield
    for (let from = 0, chunks = 1; from < places.length; from += this.#chunkRows, chunks++) {
      const length = Math.min(this.#chunkRows, places.length - from)
      const chunk = { numbers: new Float64Array(length), distances: new Uint32Array(length) }
      for (let row = 0; row < length; row++) {
        const place = places[from + row]!
        chunk.numbers[row] = numbers[place]!
        chunk.distances[row] = sequences[place]! - after
      }
      this.#write({ run, after }, chunk)
      if (chunks % ADDED_AT_ONCE === 0) yield
    }
    return () => this.#enliven(run, [])
  }

  /** Runs of which every row is forgotten go as a whole. */
  dropForgotten(through: number): void {
    const busy = new Set([...this.#merges.values()].flatMap(({ inputs }) => inputs.map(({ run }) => run)))
    for (const run of this.#inState('live')) {
      if (run.through <= through && !busy.has(run.run)) this.#kill(run.run)
    }
  }

  /**
   * A piece of the work of putting runs together, and of deleting what is not needed any more.
   *
   * @param forgottenThrough rows up to this sequence are dropped
   */
  tidy(forgottenThrough: number): void {
    // First what makes room for the rest.
    if (this.#dead.length > 0) return this.#deletePiece()
    this.#startMerges()
    // The smallest runs are the most: they come first.
    const tier = Math.min(...this.#merges.keys())
    const merge = this.#merges.get(tier)
    if (merge === undefined) this.#isTidy = true
    else if (merge.step(forgottenThrough)) {
      this.#enliven(merge.output.run, merge.inputs)
      this.#merges.delete(tier)
    }
  }

  get isTidy(): boolean {
    return this.#isTidy
  }

  #open({ tier, after, through }: Omit<Run, 'run'>): number {
    return (this.#begin.get(this.#kind, tier, after, through) as { readonly run: number }).run
  }

  #write({ run, after }: Pick<Run, 'run' | 'after'>, rows: SortedRows): void {
    const encoded = encodeRows(rows)
    const sum = sumOf({ run, after, rows: encoded })
    this.#insertChunk.run(run, rows.numbers[0]!, after + rows.distances[0]!, encoded, sum)
  }

  #enliven(run: number, replaced: readonly Run[]): void {
    this.#setState.run('live', run)
    for (const { run: dead } of replaced) this.#kill(dead)
    this.#isTidy = false
  }

  #kill(run: number): void {
    this.#setState.run('dead', run)
    this.#dead.push(run)
    this.#isTidy = false
  }

  #inState(state: 'writing' | 'live' | 'dead'): readonly Run[] {
    return this.#runs.all(this.#kind, state) as Run[]
  }

  #startMerges(): void {
    const live = this.#inState('live')
    for (const tier of new Set(live.map(run => run.tier))) {
      const runs = live.filter(run => run.tier === tier)
      if (this.#merges.has(tier) || runs.length < this.#fanIn) continue
      // The oldest lie next to each other in the journal, so that nothing of another run is between them.
      const inputs = runs.slice(0, this.#fanIn)
      const { after } = inputs[0]!
      const run = this.#open({ tier: tier + 1, after, through: inputs.at(-1)!.through })
      const write = this.#write.bind(this)
      const [nextChunk, chunkRows] = [this.#nextChunk, this.#chunkRows]
      this.#merges.set(tier, new RunMerge({ inputs, output: { run, after }, nextChunk, chunkRows, write }))
    }
  }

  #deletePiece(): void {
    const run = this.#dead[0]!
    if (Number(this.#deleteChunks.run(run, DELETED_AT_ONCE).changes) > 0) return
    this.#deleteRun.run(run)
    this.#dead.shift()
  }
}
