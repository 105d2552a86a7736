import type { Database, Statement } from '../database/driver.js'
import type { RunKind } from './run-writer.js'
import { rowsOf, type StoredChunk } from './chunk-sum.js'
import { lastUpTo } from './sorted-rows.js'

/** Of each live run the chunk in which a row is, or would be; and the chunk behind it. Each in one statement: one moment. */
const AT = `SELECT chunk FROM chunks WHERE run = runs.run AND (first_number, first_sequence) <= (?2, ?3)
  ORDER BY first_number DESC, first_sequence DESC LIMIT 1`
const BEHIND = `SELECT chunk FROM chunks WHERE run = runs.run AND (first_number, first_sequence) > (?2, ?3)
  ORDER BY first_number, first_sequence LIMIT 1`
const LIVE = `SELECT runs.run, after, rows, sum FROM runs CROSS JOIN chunks
  WHERE kind = ?1 AND state = 'live' AND after < ?4 AND through > ?5 AND chunk`

/** Reads the rows of one index; see `RunWriter`. */
export class RunReader {
  readonly #kind: RunKind
  readonly #at: Statement
  readonly #around: Statement
  readonly #liveRuns: Statement
  readonly #chunks: Statement

  constructor(database: Database, kind: RunKind) {
    this.#kind = kind
    this.#at = database.prepare(`${LIVE} = (${AT})`)
    this.#around = database.prepare(`${LIVE} = (${AT}) UNION ALL ${LIVE} = (${BEHIND})`)
    this.#liveRuns = database.prepare("SELECT run FROM runs WHERE kind = ? AND state = 'live' ORDER BY through")
    this.#chunks = database.prepare(
      `SELECT chunk, runs.run, after, rows, sum FROM chunks JOIN runs USING (run)
       WHERE chunks.run = ? AND chunk > ? ORDER BY chunk LIMIT ?`
    )
  }

  /** The latest sequence under a number, of a stretch of the journal. */
  last(number: number, { after, through }: { after: number; through: number }): number | undefined {
    let latest: number | undefined
    for (const chunk of this.#at.all(this.#kind, number, through, through, after) as StoredChunk[]) {
      const rows = rowsOf(chunk)
      const place = lastUpTo(rows, number, through - chunk.after)
      if (place < 0 || rows.numbers[place] !== number) continue
      const sequence = chunk.after + rows.distances[place]!
      if (sequence > (latest ?? after)) latest = sequence
    }
    return latest
  }

  /** The first sequences under a number, of a stretch of the journal. */
  page(number: number, query: { after: number; through: number; limit: number }): readonly number[] {
    const { through, limit } = query
    const found: number[] = []
    for (let after = query.after; found.length < limit;) {
      // Behind this, a run may have more than what was read of it.
      let horizon = Infinity
      const sequences: number[] = []
      for (const chunk of this.#around.all(this.#kind, number, after, through, after) as StoredChunk[]) {
        const { numbers, distances } = rowsOf(chunk)
        let place = lastUpTo({ numbers, distances }, number, after - chunk.after) + 1
        const isBehind = place === 0
        for (; numbers[place] === number; place++) sequences.push(chunk.after + distances[place]!)
        const isCut = isBehind && place === numbers.length && place > 0
        if (isCut) horizon = Math.min(horizon, sequences.at(-1)!)
      }
      const end = Math.min(horizon, through)
      found.push(...sequences.filter(sequence => sequence <= end).sort((one, other) => one - other))
      if (horizon >= through) break
      after = horizon
    }
    return found.slice(0, limit)
  }

  /** The runs that count now, which others may replace at any time. */
  liveRuns(): readonly number[] {
    return (this.#liveRuns.all(this.#kind) as { run: number }[]).map(({ run }) => run)
  }

  /** The numbers in some chunks of a run, behind one of them, and where to go on; none where the run ends. */
  numbersOf(
    run: number,
    { behind, limit }: { behind: number; limit: number }
  ): { readonly numbers: readonly Float64Array[]; readonly through: number } {
    const chunks = this.#chunks.all(run, behind, limit) as (StoredChunk & { readonly chunk: number })[]
    const through = chunks.at(-1)?.chunk ?? behind
    return { numbers: chunks.map(chunk => rowsOf(chunk).numbers), through }
  }
}
