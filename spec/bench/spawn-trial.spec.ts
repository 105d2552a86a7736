import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PROJECT_ROOT } from '../../bench/bench-root.js'
import { compileTo } from '../../bench/compile.js'
import type { TrialProfile } from '../../bench/profile/profile-trial.js'
import { ROOM_NAMES } from '../../bench/profile/rooms.js'
import { spawnTrial } from '../../bench/spawn-trial.js'

const TRIAL = { name: 'test', peer: 'bursar-sqlite', accounts: 'hot', inFlight: 2, payments: 10, warmUp: 2 } as const

describe('spawnTrial', () => {
  let compiled: string
  before(() => {
    mkdirSync(join(PROJECT_ROOT, '.tmp'), { recursive: true })
    compiled = mkdtempSync(join(PROJECT_ROOT, '.tmp', 'compiled-'))
    compileTo(compiled)
  })
  after(() => rmSync(compiled, { recursive: true, force: true }))

  it('runs a trial in a process of its own, on the library as it is now, and reads its result', async () => {
    const result = await spawnTrial(compiled, TRIAL)
    expect(result.trial).to.deep.equal(TRIAL)
    expect(result.approved).to.equal(12)
  })

  it('profiles a trial: the main thread and the writer, each with its own rooms', async () => {
    const trial = { ...TRIAL, inFlight: 10, payments: 1_000 }
    const { threads } = await spawnTrial<TrialProfile>(compiled, trial, join('profile', 'profile-process.js'))
    expect(threads.map(({ thread }) => thread)).to.deep.equal(['main', 'writer'])
    const [main, writer] = threads.map(({ times }) => Object.keys(times))
    expect(ROOM_NAMES).to.include.members([...main!, ...writer!])
    expect(main).to.include.members(['queue (p-queue)', 'stage: order, views, groups, answers'])
    expect(main).not.to.include('commit and fsync')
    expect(writer).to.include('commit and fsync')
    expect(writer).not.to.include('queue (p-queue)')
  })

  it('rejects with the name of a trial whose process fails', async () => {
    const failure = await spawnTrial(compiled, { ...TRIAL, peer: 'no-such-peer' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error)
    expect((failure as Error).message).to.contain('Trial test failed')
    expect(String((failure as Error).cause)).to.contain('no-such-peer')
  })
})
