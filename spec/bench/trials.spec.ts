import { expect } from 'chai'
import { parseOptions } from '../../bench/options.js'
import { runPlan } from '../../bench/run-plan.js'
import { TARGETS } from '../../bench/targets.js'
import type { Trial, TrialResult } from '../../bench/trial.js'
import { FULL_PLAN, PEERS, QUICK_PLAN, trialsOf } from '../../bench/trials.js'

describe('bench trials', () => {
  for (const [title, plan] of [
    ['full', FULL_PLAN],
    ['quick', QUICK_PLAN]
  ] as const) {
    const trials = trialsOf(plan)

    it(`names every trial of the ${title} plan once`, () => {
      expect(new Set(trials.map(trial => trial.name)).size).to.equal(trials.length)
    })

    it(`gives every caller of the ${title} plan work`, () => {
      for (const trial of trials) expect(trial.payments, trial.name).to.be.at.least(trial.inFlight)
    })

    it(`runs both sides of every target in the ${title} plan`, () => {
      for (const { peer, baseline, inFlight } of TARGETS) {
        for (const side of [peer, baseline]) {
          expect(trials.map(trial => trial.name)).to.include(`${side}/uniform/${inFlight}`)
        }
      }
    })
  }

  it('skips the cells that a peer does not have', () => {
    const peer = { ...PEERS[0]!, name: 'only', payments: { 10: 100 }, accounts: ['hot'] as const }
    expect(trialsOf(FULL_PLAN, [peer])).to.deep.equal([
      { name: 'only/hot/10', peer: 'only', accounts: 'hot', inFlight: 10, payments: 100, warmUp: 20 }
    ])
  })
})

describe('runPlan', () => {
  it('interleaves the repeats and turns every other one round', async () => {
    const trials = ['a', 'b', 'c'].map(name => ({ name })) as Trial[]
    const progress: string[] = []
    const results = await runPlan(
      trials,
      3,
      { starting: (trial, done, total) => progress.push(`${trial.name} ${done}/${total}`) },
      async trial => ({ trial }) as TrialResult
    )
    expect(results.map(result => result.trial.name).join('')).to.equal('abccbaabc')
    expect(progress[0]).to.equal('a 0/9')
    expect(progress.at(-1)).to.equal('c 8/9')
  })

  it('stops at the first trial that fails', async () => {
    const trials = ['a', 'b'].map(name => ({ name })) as Trial[]
    const ran: string[] = []
    const run = async (trial: Trial): Promise<TrialResult> => {
      ran.push(trial.name)
      throw new Error('wrong books')
    }
    const failure = await runPlan(trials, 2, { starting: () => undefined }, run).catch((error: Error) => error.message)
    expect(failure).to.equal('wrong books')
    expect(ran).to.deep.equal(['a'])
  })
})

describe('bench options', () => {
  it('writes the results page after a whole run only, unless asked', () => {
    expect(parseOptions([]).write).to.equal(true)
    expect(parseOptions(['--quick']).write).to.equal(false)
    expect(parseOptions(['--only', 'hot']).write).to.equal(false)
    expect(parseOptions(['--quick', '--write']).write).to.equal(true)
  })

  it('picks trials by a part of their name', () => {
    const { trials } = parseOptions(['--only', 'sqlite/uniform/1000'])
    expect(trials.map(trial => trial.name)).to.deep.equal(['bursar-sqlite/uniform/1000', 'bursar-sqlite/uniform/10000'])
  })

  for (const args of [
    ['--only', 'nothing-like-it'],
    ['--repeats', '0'],
    ['--repeats', '1.5'],
    ['--repeats', '-1']
  ]) {
    it(`refuses ${args.join(' ')}`, () => {
      expect(() => parseOptions(args)).to.throw()
    })
  }

  it('refuses an option it does not know', () => {
    expect(() => parseOptions(['--fast'])).to.throw('--fast')
  })
})
