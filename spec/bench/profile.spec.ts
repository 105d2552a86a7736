import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Profiler } from 'node:inspector'
import { expect } from 'chai'
import { PROJECT_ROOT } from '../../bench/bench-root.js'
import { foldProfile } from '../../bench/profile/fold.js'
import { roomOf, ROOM_NAMES } from '../../bench/profile/rooms.js'
import { formatProfiles } from '../../bench/profile/table.js'
import { replaceResults } from '../../bench/report/page.js'

const ROOT = '/project'
const TRIAL = { name: 'x', peer: 'bursar-sqlite', accounts: 'hot', inFlight: 10, payments: 2_000, warmUp: 0 } as const

function frame(functionName: string, path = ''): Profiler.ProfileNode['callFrame'] {
  const url = path === '' || path.startsWith('node:') ? path : `file://${ROOT}/${path}`
  return { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 }
}

describe('the rooms of a profile', () => {
  for (const [path, functionName, room] of [
    ['lib/processor/door.ts', 'check', 'door: check, copy, fingerprint'],
    ['node_modules/p-queue/dist/index.js', 'add', 'queue (p-queue)'],
    ['lib/queue/task-queue.js', 'add', 'queue (p-queue)'],
    ['lib/queue/worker.ts', '#decide', 'stage: order, views, groups, answers'],
    ['lib/domain/decide-payment.ts', 'processPayment', 'decide'],
    ['lib/store/codec.ts', 'encodeEntry', 'encode'],
    ['lib/store/memory/memory-store.ts', 'commit', 'store: look up, keep'],
    ['lib/store/sqlite/writing/writer.ts', 'commit', 'commit and fsync'],
    ['lib/store/sqlite/writing/writer.ts', '#write', 'commit and fsync'],
    ['lib/store/sqlite/writing/writer.ts', '#append', 'insert into the journal'],
    ['lib/store/sqlite/writing/table-writer.ts', 'apply', 'tables'],
    ['bench/measure.ts', 'caller', 'the callers themselves']
  ] as const) {
    it(`put ${functionName} of ${path} into "${room}"`, () => {
      expect(roomOf(frame(functionName, path), undefined, ROOT)).to.equal(room)
      expect(ROOM_NAMES).to.include(room)
    })
  }

  it('give what is not ours to whoever called it', () => {
    for (const path of ['', 'node:internal/crypto/hash', 'node_modules/other/index.js'])
      expect(roomOf(frame('update', path), 'decide', ROOT), path).to.equal('decide')
    expect(roomOf(frame('runMicrotasks'), undefined, ROOT)).to.equal('promises, event loop, engine')
  })

  it('know packages wherever they are installed', () => {
    const url = 'file:///elsewhere/node_modules/p-queue/dist/index.js'
    expect(roomOf({ functionName: 'add', url }, 'decide', ROOT)).to.equal('queue (p-queue)')
  })

  it('do not take another project for this one', () => {
    const { url, ...rest } = frame('f', 'lib/domain/decide.ts')
    const elsewhere = { ...rest, url: url.replace(ROOT, `${ROOT}-2`) }
    expect(roomOf(elsewhere, undefined, ROOT)).to.equal('promises, event loop, engine')
  })
})

describe('foldProfile', () => {
  const node = (id: number, callFrame: Profiler.ProfileNode['callFrame'], ...children: number[]) => ({
    id,
    callFrame,
    children
  })
  const nodes = [
    node(1, frame('(root)'), 2, 5, 6),
    node(2, frame('decide', 'lib/domain/decide.ts'), 3),
    node(3, frame('get'), 4),
    node(4, frame('encode', 'lib/store/codec.ts')),
    node(5, frame('(garbage collector)')),
    node(6, frame('(idle)'))
  ]

  it('adds up the time from each sample to the next, by room', () => {
    const profile = { nodes, startTime: 0, endTime: 0, samples: [2, 3, 4, 5, 6, 2], timeDeltas: [9, 1, 2, 4, 8, 16] }
    expect(foldProfile(profile, ROOT)).to.deep.equal({
      decide: 3,
      encode: 4,
      'garbage collection': 8,
      idle: 16
    })
  })

  it('counts no time backwards', () => {
    const profile = { nodes, startTime: 0, endTime: 0, samples: [2, 4, 2], timeDeltas: [0, 5, -3] }
    expect(foldProfile(profile, ROOT)).to.deep.equal({ decide: 5, encode: 0 })
  })
})

describe('the profile page', () => {
  it('becomes a table by payment, with what is empty left out', () => {
    const threads = [
      { thread: 'main', times: { decide: 5_000, idle: 1_000 } },
      { thread: 'writer', times: { 'commit and fsync': 20_000, decide: 1 } }
    ] as const
    const table = formatProfiles([{ trial: TRIAL, perSecond: 1, threads }], () => 'sqliteStore')
    const cells = table.split('\n').map(line => line.split('|').map(cell => cell.trim()))
    expect(cells.map(([, room, main, writer]) => [room, main, writer])).to.deep.equal([
      ['µs a payment', 'sqliteStore, main thread', 'sqliteStore, writer thread'],
      cells[1]!.slice(1, 4),
      ['decide', '2.5', '< 0.01'],
      ['commit and fsync', '', '10'],
      ['busy', '2.5', '10'],
      ['idle', '0.5', '']
    ])
  })

  it('finds its place in the page that is published', () => {
    const page = readFileSync(join(PROJECT_ROOT, 'docs', 'explanation', 'where-the-time-goes.md'), 'utf8')
    expect(replaceResults(page, 'new figures')).to.contain('new figures')
  })
})
