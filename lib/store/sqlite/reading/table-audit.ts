import type { Entry } from '../../../domain/entry.js'
import { nextTurn } from '../../../timers.js'
import { decodeEntry } from '../../codec.js'
import type { StoreExamination, StoreProblem } from '../../store.js'
import type { Database } from '../database/driver.js'
import { IndexAudit, type AuditedChunk, type Span } from '../indexes/index-audit.js'
import type { RunKind } from '../indexes/run-writer.js'
import { ExpectedRows, type ExpectedRow } from './expected-rows.js'
import { FilterAudit } from './filter-audit.js'
import { integrityProblems } from './integrity.js'
import type { Queries } from './queries.js'
import { rowProblems } from './row-audit.js'

const KINDS: readonly RunKind[] = ['keys', 'history']
/** Of what differs, so much is named. */
const NAMED_STRETCHES = 8
/** Chunks that are read between two pauses. */
const PAUSE_CHUNKS = 32

interface AuditOptions {
  readonly path: string
  /** The entries that are followed come after this one. */
  readonly after: number
  readonly head: number
}

/**
 * Compares the tables with the journal, as far as accounts and transactions themselves do not show it: the indexes of keys
 * and history, the filter, the rows that lead to accounts and holds, and the pages of the file.
 */
export class TableAudit implements StoreExamination {
  readonly #database: Database
  readonly #queries: Queries
  readonly #options: AuditOptions
  readonly #through: number
  readonly #expected: ExpectedRows
  readonly #indexes: Readonly<Record<RunKind, IndexAudit>>
  readonly #filter: FilterAudit
  readonly #found: StoreProblem[] = []

  constructor(database: Database, queries: Queries, options: AuditOptions) {
    const { after } = options
    this.#database = database
    this.#queries = queries
    this.#options = options
    this.#through = Math.min(queries.tablesThrough(), options.head)
    this.#expected = new ExpectedRows(database)
    const forgotten = Math.max(after, queries.keysForgottenThrough())
    this.#indexes = {
      keys: new IndexAudit(database, 'keys', { after: forgotten, through: this.#through }),
      history: new IndexAudit(database, 'history', { after, through: this.#through })
    }
    this.#filter = new FilterAudit(queries)
  }

  follow(entries: readonly Entry[]): void {
    this.#note(() => {
      for (const row of this.#expected.of(entries.filter(({ sequence }) => sequence <= this.#through))) {
        this.#indexes[row.kind].expect(row.number, row.sequence)
        if (row.kind === 'keys' && !this.#filter.has(row.number, row.sequence)) {
          const message = `${row.missing.message} by the filter over the keys`
          this.#found.push({ ...row.missing, message })
        }
      }
    })
  }

  async *problems(): AsyncGenerator<StoreProblem, void, undefined> {
    const pages = integrityProblems(this.#database, this.#options)
    yield* this.#found
    yield* this.#filter.problems
    for (const kind of KINDS) yield* this.#guarded(() => this.#compare(kind))
    yield* this.#guarded(() => rowProblems(this.#database, { ...this.#options, through: this.#through }))
    yield* await pages
  }

  /** What cannot be read is a problem like any other. */
  async *#guarded(work: () => Iterable<StoreProblem | undefined>): AsyncGenerator<StoreProblem, void, undefined> {
    try {
      for (const problem of work()) {
        if (problem === undefined) await nextTurn()
        else yield problem
      }
    } catch (error) {
      yield unreadable(error)
    }
  }

  #note(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#found.push(unreadable(error))
    }
  }

  /** Now and then nothing, for a pause. */
  *#compare(kind: RunKind): Generator<StoreProblem | undefined, void, undefined> {
    const index = this.#indexes[kind]
    let chunks = 0
    for (const chunk of index.chunks()) {
      if (chunk.problem !== undefined) yield about(chunk.problem)
      index.subtract(chunk)
      if (++chunks % PAUSE_CHUNKS === 0) yield undefined
    }
    const differences = index.differences()
    if (differences.length > 0) yield* this.#named(kind, differences)
  }

  /** Reads again what differs, to say which rows it is. */
  *#named(kind: RunKind, differences: readonly Span[]): Generator<StoreProblem | undefined, void, undefined> {
    const spans = differences.slice(0, NAMED_STRETCHES)
    const wanted = new Map<string, ExpectedRow>()
    const unreadableEntries = new Set<number>()
    for (const span of spans) {
      const entries = this.#entriesOf(span, unreadableEntries)
      for (const row of this.#expected.of(entries)) {
        if (row.kind === kind) wanted.set(nameOf(row.number, row.sequence), row)
      }
      yield undefined
    }
    const isWithin = (at: number) => spans.some(({ after, through }) => at > after && at <= through)
    for (const chunk of this.#indexes[kind].chunks()) {
      for (const { number, sequence } of rowsOf(chunk)) {
        if (!isWithin(sequence) || unreadableEntries.has(sequence) || wanted.delete(nameOf(number, sequence))) continue
        yield { sequence, accountId: null, message: `the index of ${kind} has a row of this entry that is not its own` }
      }
      yield undefined
    }
    for (const { missing } of wanted.values()) yield missing
    if (differences.length > spans.length) {
      yield about(`the index of ${kind} differs from the journal in ${differences.length} stretches of 1,024 entries`)
    }
  }

  #entriesOf({ after, through }: Span, unreadableEntries: Set<number>): readonly Entry[] {
    return this.#queries.journal({ after, through, limit: through - after }).flatMap(row => {
      try {
        return [decodeEntry(row.entry)]
      } catch {
        // That it cannot be read is said of the entry.
        unreadableEntries.add(Number(row.sequence))
        return []
      }
    })
  }
}

function* rowsOf({
  rows: { numbers, distances },
  after
}: AuditedChunk): Generator<{ number: number; sequence: number }> {
  for (let place = 0; place < numbers.length; place++) {
    yield { number: numbers[place]!, sequence: after + distances[place]! }
  }
}

function nameOf(number: number, sequence: number): string {
  return `${number} ${sequence}`
}

function about(message: string): StoreProblem {
  return { sequence: null, accountId: null, message }
}

function unreadable(error: unknown): StoreProblem {
  return about(`the tables cannot be read: ${error instanceof Error ? error.message : String(error)}`)
}
