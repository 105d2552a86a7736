import { expect } from 'chai'
import { spawnTrial } from '../../bench/spawn-trial.js'

const TRIAL = { name: 'test', peer: 'bare-queue', accounts: 'uniform', inFlight: 2, payments: 10, warmUp: 2 } as const

describe('spawnTrial', () => {
  it('runs a trial in a process of its own and reads its result', async () => {
    const result = await spawnTrial(TRIAL)
    expect(result.trial).to.deep.equal(TRIAL)
    expect(result.approved).to.equal(12)
  })

  it('rejects with the name of a trial whose process fails', async () => {
    const failure = await spawnTrial({ ...TRIAL, peer: 'no-such-peer' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error)
    expect((failure as Error).message).to.contain('Trial test failed')
    expect(String((failure as Error).cause)).to.contain('no-such-peer')
  })
})
