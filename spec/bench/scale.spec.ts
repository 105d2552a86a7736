import { join } from 'node:path'
import { expect } from 'chai'
import { assertApproved } from 'bursar'
import { buildLedger, buildLength, type BuildStep } from '../../bench/scale/build.js'
import { openLedger } from '../../bench/scale/open-ledger.js'
import { parseScaleOptions } from '../../bench/scale/options.js'
import { expectedBooks, paymentOf } from '../../bench/scale/plan.js'
import { runScale } from '../../bench/scale/run-scale.js'
import { formatVerdicts, verdictsOf, type ScaleMeasures } from '../../bench/scale/verdicts.js'
import { temporaryDirectory } from '../support/stores.js'

const PLAN = { accounts: 2_000, transactions: 20_000 }

/** A run in which every verdict is met exactly at its limit, or just below where the limit itself misses. */
const AT_THE_LIMITS: ScaleMeasures = {
  fileBytes: 439_999,
  transactions: 1_000,
  openToFirstPaymentMs: 2_000,
  openedRssMb: 400,
  servedRssMb: 400,
  perSecond: 7_000,
  fewPerSecond: 7_000,
  emptyPerSecond: 10_000,
  unpaidPerSecond: 10_000,
  oldestRefundMs: 2,
  newestRefundMs: 1,
  oldestReplayMs: 0.2,
  newestReplayMs: 0.1,
  verified: true
}

const MISSES: readonly (readonly [title: string, measures: Partial<ScaleMeasures>])[] = [
  ['space per transaction, accounts included', { fileBytes: 440_000 }],
  ['opening to first payment', { openToFirstPaymentMs: 2_001 }],
  ['memory after opening', { openedRssMb: 401 }],
  ['memory after a load', { servedRssMb: 401 }],
  ['payments/s of 10,000 accounts, over an empty file', { fewPerSecond: 6_999 }],
  ['payments/s of all accounts, over a file without payments', { perSecond: 6_999 }],
  ['refund, oldest over newest', { oldestRefundMs: 2.1 }],
  ['replay, oldest over newest', { newestReplayMs: 0.09 }],
  ['verify()', { verified: false }]
]

describe('a ledger built at scale', function () {
  this.timeout(180_000)
  let directory: ReturnType<typeof temporaryDirectory>

  beforeEach(() => (directory = temporaryDirectory()))
  afterEach(() => directory.dispose())

  it('is built, checked and measured, and only measured when it is complete', async () => {
    const options = { ...PLAN, path: join(directory.path, 'ledger.db') }
    const steps: BuildStep[] = []
    const stages: string[] = []
    const show = { building: (step: BuildStep) => steps.push(step), stage: (what: string) => stages.push(what) }
    const { measures, verification } = await runScale(options, show)
    expect(measures).to.include({ transactions: PLAN.transactions, verified: true })
    expect(verdictsOf(measures)).to.have.length(MISSES.length)
    for (const [name, value] of Object.entries(measures)) expect(Number(value), name).to.be.greaterThan(0)
    expect(verification.entries).to.be.greaterThan(PLAN.accounts + PLAN.transactions)
    expect(steps.map(({ phase }) => phase)).to.include.members(['accounts', 'payments', 'balances'])
    for (const { done } of steps) expect(done).to.be.below(buildLength(PLAN))
    expect(stages).to.deep.equal([
      'waiting for the indexes to be at rest',
      'measuring throughput',
      'measuring age',
      'verifying'
    ])

    const processor = await openLedger(options.path)
    const count = await processor.getTransactionCount()
    expect(await buildLedger(processor, PLAN, () => undefined)).to.equal(false)
    expect(await processor.getTransactionCount()).to.equal(count)
    await processor.close()
  })

  it('goes on where a stopped build ended, and ends as if it had never stopped', async () => {
    const path = join(directory.path, 'ledger.db')
    for (const transactions of [1, 5_000, 6_000]) {
      const processor = await openLedger(path)
      const plan = { accounts: 500, transactions }
      expect(await buildLedger(processor, plan, () => undefined)).to.equal(true)
      expect(await processor.getTransactionCount()).to.equal(transactions)
      await processor.close()
    }
  })

  it('is refused when a balance is not what the plan says', async () => {
    const processor = await openLedger(join(directory.path, 'ledger.db'))
    const plan = { accounts: 10, transactions: 100 }
    await buildLedger(processor, plan, () => undefined)
    const accountId = paymentOf(plan, 100).accountId
    assertApproved(await processor.transfer({ accountId, to: 'account-0', amount: 1n, idempotencyKey: 'stolen' }))
    const failure = await buildLedger(processor, { ...plan, transactions: 101 }, () => undefined).catch(String)
    expect(failure).to.contain('Wrong books')
    await processor.close()
  })

  it('is refused when it was built for another number of accounts', async () => {
    const processor = await openLedger(join(directory.path, 'ledger.db'))
    await buildLedger(processor, { accounts: 10, transactions: 100 }, () => undefined)
    for (const accounts of [9, 11]) {
      const failure = await buildLedger(processor, { accounts, transactions: 100 }, () => undefined).catch(String)
      expect(failure).to.contain(`Expected a ledger of ${accounts} accounts, got 10`)
    }
    await processor.close()
  })

  it('has books that add up by the plan alone', () => {
    const { paid, received } = expectedBooks(PLAN, 1_000)
    let sum = 0n
    for (let payment = 0; payment < 1_000; payment++) sum += paymentOf(PLAN, payment).amount
    expect(BigInt(received)).to.equal(sum)
    expect(paid.reduce((total, amount) => total + amount, 0)).to.equal(received)
  })
})

describe('the verdicts on a ledger at scale', () => {
  it('are all met at their limits', () => {
    expect(verdictsOf(AT_THE_LIMITS).filter(({ isMet }) => !isMet)).to.deep.equal([])
    expect(formatVerdicts(verdictsOf(AT_THE_LIMITS))).to.not.contain('MISSED')
  })

  for (const [title, measures] of MISSES) {
    it(`miss ${title} beyond its limit, and nothing else`, () => {
      const verdicts = verdictsOf({ ...AT_THE_LIMITS, ...measures })
      expect(verdicts.filter(({ isMet }) => !isMet).map(verdict => verdict.title)).to.deep.equal([title])
      expect(formatVerdicts(verdicts).match(/MISSED/g)).to.have.length(1)
    })
  }
})

describe('the options of a ledger at scale', () => {
  it('are a million accounts and ten million payments when nothing is said', () => {
    const options = parseScaleOptions([])
    expect(options).to.include({ accounts: 1_000_000, transactions: 10_000_000 })
    expect(parseScaleOptions(['--help'])).to.equal('help')
    expect(parseScaleOptions(['--accounts', '5', '--transactions', '7', '--path', 'x.db'])).to.deep.equal({
      accounts: 5,
      transactions: 7,
      path: 'x.db'
    })
  })

  for (const text of ['0', '-1', '1.5', '1e6', 'many', '1000000001']) {
    it(`refuse ${text} accounts or transactions`, () => {
      for (const option of ['accounts', 'transactions']) {
        expect(() => parseScaleOptions([`--${option}=${text}`])).to.throw(RangeError, option)
      }
    })
  }
})
