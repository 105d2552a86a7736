import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PROJECT_ROOT } from '../../bench/bench-root.js'
import { drawChart } from '../../bench/report/chart.js'
import { formatMs, formatNumber, formatTable } from '../../bench/report/format.js'
import { describeMachine, isDurable } from '../../bench/report/machine.js'
import { formatReport, type Report } from '../../bench/report/markdown.js'
import { replaceResults } from '../../bench/report/page.js'
import { summarize, type SummaryRow } from '../../bench/summary.js'
import { checkTargets, type Target } from '../../bench/targets.js'
import type { TrialResult } from '../../bench/trial.js'

function result(peer: string, inFlight: number, perSecond: number, rest: Partial<TrialResult> = {}): TrialResult {
  const trial = {
    name: `${peer}/uniform/${inFlight}`,
    peer,
    accounts: 'uniform',
    inFlight,
    payments: 100,
    warmUp: 0
  } as const
  const latencyMs = { p50: 1_000 / perSecond, p99: 2_000 / perSecond, max: 3 }
  return { trial, seconds: 1, perSecond, latencyMs, loopDelayMs: { p99: 1, max: 2 }, approved: 100, ...rest }
}

function rowsOf(...results: readonly TrialResult[]): readonly SummaryRow[] {
  return summarize(results)
}

describe('summarize', () => {
  it('takes medians over the repeats of a trial and keeps their spread', () => {
    const rows = rowsOf(result('a', 1, 30), result('b', 1, 7), result('a', 1, 10), result('a', 1, 20))
    expect(rows.map(row => row.trial.peer)).to.deep.equal(['a', 'b'])
    expect(rows[0]!.perSecond).to.deep.equal({ median: 20, lowest: 10, highest: 30 })
    expect(rows[0]!.latencyMs).to.deep.equal({ p50: 50, p99: 100 })
  })
})

describe('checkTargets', () => {
  const target: Target = {
    subject: { peer: 'ours', accounts: 'uniform', inFlight: 10 },
    measure: 'throughput',
    baseline: { peer: 'theirs', accounts: 'uniform', inFlight: 10 },
    levels: [
      { name: 'floor', limit: 2 },
      { name: 'aim', limit: 4 }
    ]
  }

  it('compares throughput from below: more is better', () => {
    const [outcome] = checkTargets(rowsOf(result('ours', 10, 300), result('theirs', 10, 100)), [target])
    expect(outcome!.value).to.equal(3)
    expect(outcome!.levels.map(level => level.met)).to.deep.equal([true, false])
  })

  it('compares within each repeat to say how far the ratio can be trusted', () => {
    const rows = rowsOf(
      result('ours', 10, 300),
      result('theirs', 10, 100),
      result('theirs', 10, 200),
      result('ours', 10, 300),
      result('ours', 10, 500),
      result('theirs', 10, 100)
    )
    const [outcome] = checkTargets(rows, [target])
    expect(outcome!.value).to.equal(3)
    expect(outcome!.range).to.deep.equal([1.5, 5])
  })

  it('compares latency from above: less is better', () => {
    const slower = { ...target, measure: 'p50 latency', levels: [{ name: 'goal', limit: 1.3 }] } as const
    const met = (ours: number): boolean =>
      checkTargets(rowsOf(result('ours', 10, ours), result('theirs', 10, 100)), [slower])[0]!.levels[0]!.met
    expect(met(100)).to.equal(true)
    expect(met(50)).to.equal(false)
  })

  for (const [measure, value] of [
    ['p50 latency', 2],
    ['p99 latency', 4],
    ['loop delay p99', 6],
    ['loop delay max', 8]
  ] as const) {
    it(`holds the ${measure} against an absolute limit where there is no baseline`, () => {
      const { subject } = target
      const levels = [value - 0.1, value, value + 0.1].map(limit => ({ name: 'goal', limit }) as const)
      const sample = { latencyMs: { p50: 2, p99: 4, max: 5 }, loopDelayMs: { p99: 6, max: 8 } }
      const [outcome] = checkTargets(rowsOf(result('ours', 10, 300, sample)), [{ subject, measure, levels }])
      expect(outcome!.value).to.equal(value)
      expect(outcome!.range).to.deep.equal([value, value])
      expect(outcome!.levels.map(level => level.met)).to.deep.equal([false, true, true])
    })
  }

  it('says nothing about a target whose sides did not both run', () => {
    expect(checkTargets(rowsOf(result('ours', 10, 300), result('theirs', 1, 100)), [target])).to.deep.equal([])
  })
})

describe('formatting of results', () => {
  it('keeps three significant digits', () => {
    expect([123_456, 9.8765, 0.15, 1_000].map(formatNumber)).to.deep.equal(['123,000', '9.88', '0.15', '1,000'])
  })

  it('chooses the unit of a time', () => {
    expect([0, 0.0456, 12.34, 2_345].map(formatMs)).to.deep.equal(['0 ms', '45.6 µs', '12.3 ms', '2.35 s'])
  })

  it('lines the columns of a table up', () => {
    expect(
      formatTable(
        ['name', 'n'],
        [
          ['a', '1,000'],
          ['longer', '7']
        ]
      )
    ).to.equal(['| name   |     n |', '| ------ | ----: |', '| a      | 1,000 |', '| longer |     7 |'].join('\n'))
  })
})

describe('results page', () => {
  const rows = rowsOf(
    result('bare-queue', 1_000, 400_000, { loopDelayMs: { p99: 990, max: 995 } }),
    result('bursar-memory', 1_000, 80_000),
    result('sqlite-transaction', 1_000, 5_000),
    result('bursar-sqlite', 1_000, 45_000)
  )
  const machine = { processor: 'P', memory: 'M', system: 'S', fileSystem: 'F', versions: 'Node.js v1', commit: 'abc' }
  const report: Report = {
    machine,
    date: new Date('2030-01-02T03:04:05Z'),
    repeats: 3,
    load: { before: 0.25, after: 1.5 },
    rows
  }

  it('states machine, version, commit, date and repeats', () => {
    const text = formatReport(report)
    for (const fact of [
      'Processor: P',
      'Node.js v1',
      'commit: abc',
      '2030-01-02',
      'medians of 3 runs',
      'Load average 0.3 before the run, 1.5'
    ]) {
      expect(text).to.contain(fact)
    }
  })

  it('calls a run on a busy machine provisional, and no other', () => {
    const notes = [
      { before: 0.9, after: 2.9 },
      { before: 1, after: 2 },
      { before: 0, after: 3 }
    ].map(load => formatReport({ ...report, load }).includes('provisional'))
    expect(notes).to.deep.equal([false, true, true])
  })

  it('shows each target as met or missed', () => {
    const [memory, sqlite] = formatReport(report)
      .split('\n')
      .filter(line => line.includes(' over '))
    expect(memory).to.match(/\| +1,000 \| +0\.2 \| +0\.2 … 0\.2 \| ≥ 0\.15 met \| ≥ 0\.25 MISSED \| +≥ 0\.4 MISSED \|/)
    expect(sqlite).to.match(/\| +1,000 \| +9 \| +9 … 9 \| +≥ 4 met \| +≥ 12 MISSED \| +≥ 20 MISSED \|/)
  })

  it('shows absolute targets with their unit, and a hot account as such', () => {
    const hot = result('bursar-sqlite', 1_000, 43_000)
    const rows = rowsOf(result('bursar-sqlite', 1_000, 45_000, { loopDelayMs: { p99: 12, max: 50 } }), {
      ...hot,
      trial: { ...hot.trial, name: 'hot', accounts: 'hot' }
    })
    const text = formatReport({ ...report, rows })
    expect(text).to.match(
      /\| Bursar, sqliteStore: loop delay p99 +\| +1,000 \| +12 ms \|[^|]+\| +\| +≤ 10 ms MISSED \|/
    )
    expect(text).to.match(/\| Bursar, sqliteStore: loop delay max +\| +1,000 \| +50 ms \|[^|]+\| +\| +≤ 50 ms met \|/)
    expect(text).to.match(
      /\| Bursar, sqliteStore, one hot account: throughput over Bursar, sqliteStore +\| +1,000 \| +0\.956 \|/
    )
  })

  it('does not print the length of a trial as a delay of the loop', () => {
    const delays = formatReport(report).split('### Event loop delay')[1]
    expect(delays).to.match(/bare p-queue[^|]*\| never turns/)
    expect(delays).to.contain('1 ms / 2 ms')
  })

  it('draws every peer that ran, in well-formed SVG', () => {
    const chart = drawChart(rows)
    expect(chart).to.match(/^<svg [^>]+>/)
    expect(chart).not.to.match(/NaN|Infinity|undefined/)
    expect(chart.match(/<g>/g)).to.have.length(4)
    for (const tag of ['svg', 'g', 'text', 'title']) {
      const count = (pattern: string): number => chart.split(new RegExp(pattern)).length - 1
      expect(count(`<${tag}[ >]`), tag).to.equal(count(`</${tag}>`))
    }
  })

  it('replaces what is between the markers and nothing else', () => {
    const page =
      'before\n<!-- results: written by npm run bench, do not edit below -->\nold\n<!-- end of results -->\nafter\n'
    const replaced = replaceResults(page, 'new')
    expect(replaced).to.match(/^before\n<!--.*-->\n\nnew\n\n<!--.*-->\nafter\n$/)
    expect(replaceResults(replaced, 'new')).to.equal(replaced)
  })

  it('finds its place in the page that is published', () => {
    const published = readFileSync(join(PROJECT_ROOT, 'docs', 'benchmarks.md'), 'utf8')
    expect(replaceResults(published, 'new results')).to.contain('new results')
  })

  it('refuses a page without markers', () => {
    expect(() => replaceResults('# Benchmarks\n', 'new')).to.throw('<!-- end of results -->')
  })
})

describe('describeMachine', () => {
  it('names this machine, its Node.js and where the files go', () => {
    const machine = describeMachine()
    expect(machine.versions).to.match(/^Node\.js v\d[^ ]*, p-queue \d[^ ]*, SQLite 3\.\d/)
    expect(machine.versions).to.contain(process.version)
    for (const fact of Object.values(machine)) expect(fact).not.to.equal('')
  })

  it('does not take memory for a disk', () => {
    expect(isDurable({ ...describeMachine(), fileSystem: 'tmpfs' })).to.equal(false)
    expect(isDurable({ ...describeMachine(), fileSystem: 'ext4' })).to.equal(true)
  })
})
