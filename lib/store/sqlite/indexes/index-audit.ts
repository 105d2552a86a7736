import type { Database, Statement } from '../database/driver.js'
import type { RunKind } from './run-writer.js'
import { isWhole } from './chunk-sum.js'
import { decodeRows, type SortedRows } from './sorted-rows.js'

/** Rows are compared by so many entries at once; where they differ, these entries are read again. */
const STRETCH = 1_024
const ROW_BYTES = 12

/** A part of the journal: after < sequence <= through. */
export interface Span {
  readonly after: number
  readonly through: number
}

/** A chunk of a run that counts. */
export interface AuditedChunk {
  readonly rows: SortedRows
  /** What the distances of its rows are counted from. */
  readonly after: number
  /** What is wrong with it, whatever its rows say. */
  readonly problem: string | undefined
}

interface RunRow {
  readonly run: number
  readonly after: number
  readonly through: number
}

interface ChunkRow {
  readonly chunk: bigint
  readonly first_number: bigint
  readonly first_sequence: bigint
  readonly rows: Uint8Array
  readonly sum: bigint | null
}

/**
 * Compares one index with the rows that the journal says it has, both ways, in memory of eight bytes for a thousand entries.
 * For each stretch of the journal it keeps how many rows were expected, and the sum of their hashes. The rows that stand in
 * the index are taken away again. Where anything is left, a row is missing or one is too many.
 */
export class IndexAudit {
  readonly #kind: RunKind
  readonly #span: Span
  readonly #counts: Int32Array
  readonly #sums: Int32Array
  readonly #runs: Statement
  readonly #chunks: Statement

  constructor(database: Database, kind: RunKind, span: Span) {
    this.#kind = kind
    this.#span = span
    const stretches = Math.max(0, Math.ceil((span.through - span.after) / STRETCH))
    this.#counts = new Int32Array(stretches)
    this.#sums = new Int32Array(stretches)
    this.#runs = database.prepare(
      "SELECT run, after, through FROM runs WHERE kind = ? AND state = 'live' ORDER BY through"
    )
    this.#chunks = database.prepare(
      `SELECT chunk, first_number, first_sequence, rows, sum FROM chunks
       WHERE run = ? AND (first_number, first_sequence) > (?, ?) ORDER BY first_number, first_sequence LIMIT 1`
    )
    this.#chunks.setReadBigInts(true)
  }

  /** Takes down a row that the index must have. */
  expect(number: number, sequence: number): void {
    this.#count(number, sequence, 1)
  }

  /** Takes away the rows that stand in the index. */
  subtract({ rows: { numbers, distances }, after }: AuditedChunk): void {
    for (let place = 0; place < numbers.length; place++) this.#count(numbers[place]!, after + distances[place]!, -1)
  }

  #count(number: number, sequence: number, by: 1 | -1): void {
    const { after, through } = this.#span
    if (sequence <= after || sequence > through) return
    const stretch = Math.floor((sequence - after - 1) / STRETCH)
    this.#counts[stretch]! += by
    this.#sums[stretch]! += Math.imul(by, mixed(number, sequence))
  }

  /** Where rows are missing or too many, once the index was taken away. */
  differences(): readonly Span[] {
    const { after, through } = this.#span
    return Array.from(this.#counts.keys())
      .filter(stretch => this.#counts[stretch] !== 0 || this.#sums[stretch] !== 0)
      .map(stretch => ({
        after: after + stretch * STRETCH,
        through: Math.min(after + (stretch + 1) * STRETCH, through)
      }))
  }

  /** Every chunk of the runs that count, in their order: the way a lookup comes to them. */
  *chunks(): Generator<AuditedChunk, void, undefined> {
    for (const run of this.#runs.all(this.#kind) as RunRow[]) {
      let [number, sequence] = [-(2n ** 63n), 0n]
      const last: Last = { number: -1, distance: 0 }
      for (;;) {
        const row = this.#chunks.get(run.run, number, sequence) as ChunkRow | undefined
        if (row === undefined) break
        const rows = decodeRows(row.rows.subarray(0, row.rows.length - (row.rows.length % ROW_BYTES)))
        const fault = faultOf(row, rows, { run, last })
        const problem = fault && `chunk ${row.chunk} of the index of ${this.#kind}, in run ${run.run}, ${fault}`
        yield { rows, after: run.after, problem }
        number = row.first_number
        sequence = row.first_sequence
      }
    }
  }
}

/** The last row of the chunk before. */
interface Last {
  number: number
  distance: number
}

/** What would lead a search astray. Remembers the last row. */
function faultOf(row: ChunkRow, rows: SortedRows, { run, last }: { run: RunRow; last: Last }): string | undefined {
  const { numbers, distances } = rows
  const { length } = numbers
  if (length === 0 || row.rows.length !== length * ROW_BYTES) return 'does not have whole rows'
  let isSorted = true
  let isWithin = true
  for (let place = 0; place < length; place++) {
    const [number, distance] = [numbers[place]!, distances[place]!]
    if (!(number > last.number || (number === last.number && distance > last.distance))) isSorted = false
    if (!Number.isSafeInteger(number) || distance === 0 || run.after + distance > run.through) isWithin = false
    last.number = number
    last.distance = distance
  }
  if (!isSorted) return 'is not in order'
  if (!isWithin) return 'has rows of other entries than its run'
  const sum = row.sum === null ? null : Number(row.sum)
  if (!isWhole({ run: run.run, after: run.after, rows: row.rows, sum })) return 'is not as it was written'
  const isFirst = row.first_number === BigInt(numbers[0]!) && row.first_sequence === BigInt(run.after + distances[0]!)
  return isFirst ? undefined : 'does not begin where it says'
}

/** 32 bits that depend on all bits of both. */
function mixed(number: number, sequence: number): number {
  let hash = Math.imul(number | 0, 0x9e3779b1) ^ Math.imul((number / 0x1_0000_0000) | 0, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15) ^ (sequence | 0), 0xc2b2ae35) ^ ((sequence / 0x1_0000_0000) | 0)
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f)
  return hash ^ (hash >>> 16)
}
