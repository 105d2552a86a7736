import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { runTrial } from '../../bench/run-trial.js'
import { PEERS } from '../../bench/trials.js'
import type { AccountPattern, Trial } from '../../bench/trial.js'
import { temporaryDirectory } from '../support/stores.js'

describe('bench peers', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => (directory = temporaryDirectory()))
  afterEach(() => directory.dispose())

  // The peers on PostgreSQL share a server in a spec of their own.
  for (const { name } of PEERS.filter(peer => !peer.name.startsWith('postgres-'))) {
    for (const accounts of ['uniform', 'hot'] as const) {
      it(`${name} pays from ${accounts} accounts and leaves the right books`, async () => {
        const trial = smallTrial(name, accounts)
        const result = await runTrial(trial, directory.path)
        expect(result.trial).to.deep.equal(trial)
        expect(result.approved).to.equal(36)
        expect(result.perSecond).to.be.closeTo(30 / result.seconds, 1e-6)
        expect(result.latencyMs.p50).to.be.greaterThan(0)
        expect(result.latencyMs.p99).to.be.within(result.latencyMs.p50, result.latencyMs.max)
        expect(result.loopDelayMs.p99).to.be.within(0, result.loopDelayMs.max)
        expect(JSON.parse(JSON.stringify(result))).to.deep.equal(result)
        expect(readdirSync(directory.path), 'files left behind').to.deep.equal([])
      })
    }
  }
})

function smallTrial(peer: string, accounts: AccountPattern): Trial {
  return { name: `${peer}/${accounts}/4`, peer, accounts, inFlight: 4, payments: 30, warmUp: 6 }
}
