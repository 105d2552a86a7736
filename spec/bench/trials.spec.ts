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

    it(`warms both sides of every target up alike in the ${title} plan`, () => {
      const warmUpOf = (peer: string): number => trials.find(trial => trial.peer === peer)!.warmUp
      for (const { subject, baseline = subject } of TARGETS)
        expect(warmUpOf(subject.peer), `${subject.peer} and ${baseline.peer}`).to.equal(warmUpOf(baseline.peer))
    })

    it(`runs PostgreSQL at more than one depth in the ${title} plan`, () => {
      for (const peer of ['postgres-row-lock', 'postgres-statement'])
        expect(trials.filter(trial => trial.peer === peer).length, peer).to.be.at.least(2)
    })

    it(`runs both sides of every target in the ${title} plan`, () => {
      for (const { subject, baseline = subject } of TARGETS) {
        for (const { peer, accounts, inFlight } of [subject, baseline]) {
          expect(trials.map(trial => trial.name)).to.include(`${peer}/${accounts}/${inFlight}`)
        }
      }
    })
  }

  const only = { ...PEERS[0]!, name: 'only', payments: { 10: 100 }, warmUp: 7, accounts: ['hot'] as const }

  it('skips the cells that a peer does not have', () => {
    expect(trialsOf(FULL_PLAN, [only])).to.deep.equal([
      { name: 'only/hot/10', peer: 'only', accounts: 'hot', inFlight: 10, payments: 100, warmUp: 7 }
    ])
  })

  it('runs only the peers that a cell names', () => {
    const cells = [
      { accounts: 'hot', inFlight: 10, peers: ['other'] },
      { accounts: 'hot', inFlight: 10, peers: ['only'] }
    ] as const
    const trials = trialsOf({ cells, repeats: 1, scale: 0.5 }, [only])
    expect(trials.map(({ payments, warmUp }) => [payments, warmUp])).to.deep.equal([[50, 7]])
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
