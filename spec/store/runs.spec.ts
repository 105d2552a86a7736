import { expect } from 'chai'
import fc from 'fast-check'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import { RunReader } from '../../lib/store/sqlite/indexes/run-reader.js'
import { RunWriter, type NewRows } from '../../lib/store/sqlite/indexes/run-writer.js'
import { adopt } from '../../lib/store/sqlite/schema/schema-4.js'
import { MIGRATIONS, takeSteps } from '../../lib/store/sqlite/schema/schema.js'

const SIZES = { fanIn: 3, chunkRows: 4 }
/** Few, so that they come again, and one that needs all the bits of a key's hash. */
const NUMBERS = [0, 1, 7, 4_096, 2 ** 48 - 1]

describe('an index in sorted runs', () => {
  let database: Database
  let reader: RunReader
  let writer: RunWriter

  beforeEach(() => {
    database = openDatabase(':memory:')
    takeSteps(database, 0, MIGRATIONS.length)
    reader = new RunReader(database, 'keys')
    writer = new RunWriter(database, 'keys', SIZES)
  })

  afterEach(() => database.close())

  /** Writes rows to their end; returns what makes them count. */
  function written(into: RunWriter, rows: NewRows): () => void {
    const adding = into.add(rows)
    let piece = adding.next()
    while (piece.done !== true) piece = adding.next()
    return piece.value
  }

  /** Adds what a stretch of the journal has under each of these numbers; returns where it ends. */
  function add(after: number, numbers: readonly number[]): number {
    const through = after + numbers.length
    written(writer, { numbers, sequences: numbers.map((_, place) => after + place + 1), after, through })()
    return through
  }

  function tidyUp(forgottenThrough = 0): void {
    writer.dropForgotten(forgottenThrough)
    do writer.tidy(forgottenThrough)
    while (!writer.isTidy)
  }

  function count(table: string, where = 'true'): number {
    return (database.prepare(`SELECT count(*) AS rows FROM ${table} WHERE ${where}`).get() as { rows: number }).rows
  }

  const allOf = (number: number) => reader.page(number, { after: 0, through: 1_000_000, limit: 1_000_000 })

  const step = fc.record({
    numbers: fc.array(fc.constantFrom(...NUMBERS), { minLength: 1, maxLength: 30 }),
    isReopened: fc.boolean(),
    pieces: fc.integer({ min: 0, max: 12 })
  })
  const window = fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 200 }), fc.integer({ min: 1, max: 20 }))

  it('shows every row once and in order, whatever has been put together and wherever a page begins', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), window, (steps, [after, length, limit]) => {
        database.exec('DELETE FROM runs; DELETE FROM chunks')
        writer = new RunWriter(database, 'keys', SIZES)
        const expected = new Map<number, number[]>(NUMBERS.map(number => [number, []]))
        let through = 0
        for (const { numbers, isReopened, pieces } of steps) {
          for (const [place, number] of numbers.entries()) expected.get(number)!.push(through + place + 1)
          through = add(through, numbers)
          // Another process begins again what the last one did not finish.
          if (isReopened) writer = new RunWriter(database, 'keys', SIZES)
          for (let piece = 0; piece < pieces; piece++) writer.tidy(0)

          for (const [number, sequences] of expected) {
            const until = after + length
            const within = sequences.filter(sequence => sequence > after && sequence <= until)
            expect(allOf(number)).to.deep.equal(sequences)
            expect(reader.page(number, { after, through: until, limit })).to.deep.equal(within.slice(0, limit))
            expect(reader.last(number, { after, through: until })).to.equal(within.at(-1))
          }
          expect(reader.last(5, { after: 0, through })).to.equal(undefined)
        }
        tidyUp()
        expect(count('runs')).to.be.at.most(2 * 3)
        expect(count('chunks')).to.be.at.most(through / SIZES.chunkRows + count('runs'))
        for (const [number, sequences] of expected) expect(allOf(number)).to.deep.equal(sequences)
      })
    )
  })

  it('counts nothing of a run before it is written to its end', () => {
    const enliven = written(writer, { numbers: NUMBERS, sequences: [1, 2, 3, 4, 5], after: 0, through: 5 })
    expect(allOf(7)).to.deep.equal([])
    expect(reader.liveRuns()).to.deep.equal([])
    enliven()
    expect(allOf(7)).to.deep.equal([3])
  })

  it('deletes what a process that died has not finished, and what was put together', () => {
    const lost: NewRows = { numbers: NUMBERS, sequences: [1, 2, 3, 4, 5], after: 0, through: 5 }
    written(writer, lost)
    writer = new RunWriter(database, 'keys', SIZES)
    for (let through = 0; through < 15;) through = add(through, NUMBERS)
    tidyUp()
    expect(allOf(7)).to.deep.equal([3, 8, 13])
    expect([count('runs'), count('runs', "state = 'live'")]).to.deep.equal([1, 1])
    expect(count('chunks')).to.equal(4)
  })

  it('keeps the number of runs small, however many stretches there were', () => {
    for (let through = 0; through < 400;) {
      through = add(through, [7])
      tidyUp()
    }
    // At most two of each tier remain: of 1, 3, 9, 27, 81 and 243 stretches.
    expect(count('runs')).to.be.at.most(12)
    expect(allOf(7)).to.have.length(400)
  })

  it('frees forgotten rows: whole runs at once, others when they are put together', () => {
    let through = 0
    for (let run = 0; run < 3; run++) through = add(through, NUMBERS)
    tidyUp()
    expect(count('chunks')).to.equal(4)
    for (let run = 0; run < 2; run++) through = add(through, NUMBERS)
    tidyUp(15)
    expect(reader.liveRuns()).to.have.length(2)
    expect(allOf(7)).to.deep.equal([18, 23])
    through = add(through, NUMBERS)
    tidyUp(17)
    expect(reader.liveRuns()).to.have.length(1)
    expect([allOf(0), allOf(1), allOf(7)]).to.deep.equal([
      [21, 26],
      [22, 27],
      [18, 23, 28]
    ])
    tidyUp(through)
    expect([count('runs'), count('chunks')]).to.deep.equal([0, 0])
  })

  it('is one of two in the same tables, which do not see each other', () => {
    const history = new RunWriter(database, 'history', SIZES)
    add(0, [7])
    written(history, { numbers: [7, 9], sequences: [1, 1], after: 0, through: 1 })()
    expect(allOf(9)).to.deep.equal([])
    expect(new RunReader(database, 'history').last(9, { after: 0, through: 10 })).to.equal(1)
    expect(reader.liveRuns()).to.have.length(1)
  })

  it('takes over rows that are sorted already, among runs of their size', () => {
    const rows = Array.from({ length: 40_000 }, (_, place) => ({ number: Math.floor(place / 2), sequence: place + 1 }))
    adopt(database, 'keys', { rows, count: rows.length, through: 40_000 })
    expect(reader.page(19_999, { after: 0, through: 40_000, limit: 10 })).to.deep.equal([39_999, 40_000])
    expect(reader.last(0, { after: 0, through: 40_000 })).to.equal(2)
    for (let through = 40_000; through < 40_010;) through = add(through, NUMBERS)
    tidyUp()
    expect(reader.last(0, { after: 0, through: 50_000 })).to.equal(40_006)
  })
})
