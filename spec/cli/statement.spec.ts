import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { manualClock, type ManualClock } from 'bursar/testing'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { bursar, bursarJson } from '../support/cli.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

const JANUARY = Date.UTC(2026, 0, 15)
const FEBRUARY = Date.UTC(2026, 1, 15)

describe('bursar statement', () => {
  let ledger: ReturnType<typeof sqliteLedger>
  let clock: ManualClock
  let processor: PaymentProcessor

  beforeEach(async () => {
    ledger = sqliteLedger()
    clock = manualClock(JANUARY)
    processor = await openPaymentProcessor({ store: ledger.store(), clock })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
    await processor.createAccount({ accountId: 'shop', currency: 'USD' })
    const order = { accountId: 'alice', payee: 'shop', amount: 25_00n, idempotencyKey: 'order-1' }
    const { transactionId } = await approval(processor.processPayment(order))
    clock.advanceTo(FEBRUARY)
    const back = { accountId: 'alice', originalTransactionId: transactionId, amount: 5_00n, idempotencyKey: 'return-1' }
    await approval(processor.refundPayment(back))
    await approval(processor.authorizePayment({ accountId: 'alice', amount: 1_00n, idempotencyKey: 'hold' }))
    const legs = [
      { from: 'alice', to: 'shop', amount: 2_00n, currency: 'USD' },
      { from: 'alice', to: '@settlement', amount: 1_00n, currency: 'USD' }
    ]
    await approval(processor.postTransaction({ accountId: 'alice', legs, idempotencyKey: 'split-1' }))
  })

  afterEach(async () => {
    await processor.close()
    ledger.dispose()
  })

  /** What, how much, and what was there afterwards. */
  async function movements(accountId: string, ...options: readonly string[]) {
    const lines = await bursarJson('statement', ledger.path, accountId, ...options)
    return lines.map(({ line, amount, balance }) => [line, amount, balance])
  }

  it('says whose it is, in which currency, for which time, with whom and under which key', async () => {
    const { exitCode, stdout } = await bursar('statement', ledger.path, 'alice', '--to', '2026-03-01')
    expect(exitCode).to.equal(0)
    expect(stdout).to.equal(`Account           alice
Currency          USD
From              2026-01-15T00:00:00.000Z
To                2026-03-01T00:00:00.000Z

Time                      What                       Amount           Balance  Key                   From or to
2026-01-15T00:00:00.000Z  opening                                      100.00
2026-01-15T00:00:00.000Z  payment                    -25.00             75.00  order-1               shop
2026-02-15T00:00:00.000Z  refund                       5.00             80.00  return-1              shop
2026-02-15T00:00:00.000Z  transaction                 -3.00             77.00  split-1               shop, @settlement:USD
2026-03-01T00:00:00.000Z  closing                                       77.00
`)
  })

  it('gives programs the counterparties, the key, and what a movement belongs to', async () => {
    const lines = await bursarJson('statement', ledger.path, 'shop')
    const [, payment, refund] = lines
    expect(payment).to.deep.include({ counterparties: ['alice'], idempotencyKey: 'order-1', accountId: 'shop' })
    expect(refund).to.include({ idempotencyKey: 'return-1', relatedTransactionId: payment!['transactionId'] })
  })

  it('leads from the balance before its time to the one after it', async () => {
    expect(await movements('alice', '--from', '2026-02-01', '--to', '2026-02-15')).to.deep.equal([
      ['opening', null, '7500'],
      ['closing', null, '7500']
    ])
    expect(await movements('alice', '--from', '2026-02-01')).to.deep.equal([
      ['opening', null, '7500'],
      ['refund', '500', '8000'],
      ['transaction', '-300', '7700'],
      ['closing', null, '7700']
    ])
  })

  it('begins with the account when it is asked for an earlier time', async () => {
    const [opening] = await bursarJson('statement', ledger.path, 'alice', '--from', '2000-01-01')
    expect(opening).to.include({ line: 'opening', at: '2026-01-15T00:00:00.000Z', balance: '10000' })
  })

  it('has every change of a system account, opening balances of customers included', async () => {
    await approval(processor.deposit({ accountId: 'alice', amount: 7_00n, idempotencyKey: 'd' }))
    await processor.createAccount({ accountId: 'bob', currency: 'USD', initialBalance: 1_00n })
    const { exitCode } = await bursar('statement', ledger.path, '@funding')
    expect(exitCode).to.equal(0)
    expect(await movements('@funding')).to.deep.equal([
      ['opening', null, '0'],
      ['account-opening', '-10000', '-10000'],
      ['deposit', '-700', '-10700'],
      ['account-opening', '-100', '-10800'],
      ['closing', null, '-10800']
    ])
    expect(await movements('@settlement')).to.deep.equal([
      ['opening', null, '0'],
      ['transaction', '100', '100'],
      ['closing', null, '100']
    ])
    expect((await movements('@funding', '--from', '2026-02-01'))[0]).to.deep.equal(['opening', null, '-10000'])
  })

  it('is refused for a time that cannot have one, with the reason', async () => {
    const refusals: readonly (readonly [options: readonly string[], message: RegExp])[] = [
      [
        ['--to', '2020-01-01'],
        /^Account "alice" did not exist yet before 2020-01-01T00.*\. It exists since 2026-01-15T/
      ],
      [['--from', '2026-02-01', '--to', '2026-01-01'], /^Expected --from to be before --to, got /],
      [['--from', '9999-01-01'], /^Expected --from to be in the past, got /]
    ]
    for (const [options, message] of refusals) {
      const { exitCode, stdout, stderr } = await bursar('statement', ledger.path, 'alice', ...options)
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' })
      expect(stderr).to.match(message)
    }
  })

  it('says when its lines do not lead to the balance, and which command finds out why', async () => {
    await processor.close()
    const database = openDatabase(ledger.path)
    database.exec(`UPDATE accounts SET posted = posted + 1 WHERE account_id = 'alice'`)
    database.close()
    const { exitCode, stderr } = await bursar('statement', ledger.path, 'alice')
    expect(exitCode).to.equal(1)
    expect(stderr).to.contain('bursar verify')
  })
})
