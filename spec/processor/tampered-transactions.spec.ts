import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

/** What was done to the table of refunds and holds, behind the ledger's back. */
const FORGERIES: readonly (readonly [what: string, sql: string])[] = [
  ['a refund was made smaller', `UPDATE transaction_states SET refunded = '["1"]' WHERE refunded = '["4"]'`],
  ['a refund was forgotten', `DELETE FROM transaction_states WHERE refunded = '["4"]'`],
  ['a refund was forgotten in place', `UPDATE transaction_states SET refunded = '[]' WHERE refunded = '["4"]'`],
  [
    'a captured hold was opened again',
    `UPDATE transaction_states SET hold_status = 'open' WHERE hold_status = 'captured'`
  ],
  ['an open hold was ended', `UPDATE transaction_states SET hold_status = 'voided' WHERE hold_status = 'open'`],
  [
    'a hold was prolonged',
    `UPDATE transaction_states SET hold_deadline = hold_deadline + 1 WHERE hold_status = 'open'`
  ],
  ['a hold was deleted', `DELETE FROM transaction_states WHERE hold_status = 'open'`],
  [
    'a payment was marked as refunded',
    `INSERT INTO transaction_states SELECT sequence, 'alice', '["1"]', NULL, NULL FROM journal
     WHERE entry ->> '$.command.idempotencyKey' = 'untouched'`
  ]
]

/** A refunded payment, one that nothing happened to, a captured hold and an open one. */
async function fill(bursar: PaymentProcessor): Promise<void> {
  const accountId = 'alice'
  await bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n })
  const paid = await approval(bursar.processPayment({ accountId, amount: 10n, idempotencyKey: 'refunded' }))
  await approval(bursar.processPayment({ accountId, amount: 10n, idempotencyKey: 'untouched' }))
  const originalTransactionId = paid.transactionId
  for (const idempotencyKey of ['r1', 'r2']) {
    await approval(bursar.refundPayment({ accountId, amount: 2n, idempotencyKey, originalTransactionId }))
  }
  const held = await approval(bursar.authorizePayment({ accountId, amount: 5n, idempotencyKey: 'captured' }))
  const authorizationId = held.transactionId
  await approval(bursar.capturePayment({ accountId, amount: 3n, idempotencyKey: 'capture', authorizationId }))
  await approval(bursar.authorizePayment({ accountId, amount: 6n, idempotencyKey: 'open' }))
}

describe('How refunds and holds stand in a SQLite file', () => {
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(async () => {
    ledger = sqliteLedger()
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    await fill(bursar)
  })

  afterEach(() => ledger.dispose())

  it('is found sound as long as nobody has touched it', async () => {
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    expect((await bursar.verify()).problems).to.deep.equal([])
  })

  for (const [what, sql] of FORGERIES) {
    it(`is found out when ${what}`, async () => {
      const database = openDatabase(ledger.path)
      const { changes } = database.prepare(sql).run()
      database.close()
      expect(Number(changes)).to.equal(1)
      await using bursar = await openPaymentProcessor({ store: ledger.store() })
      const { ok, problems } = await bursar.verify()
      expect(ok).to.equal(false)
      expect(problems).not.to.deep.equal([])
    })
  }

  it('is found sound when more payments were refunded than a verification keeps in mind', async () => {
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    const ids: string[] = []
    await bursar.createAccount({ accountId: 'bob', currency: 'USD', initialBalance: 1_000_000n })
    const numbers = Array.from({ length: 6_000 }, (_, number) => number)
    const accountId = 'bob'
    for (const { transactionId } of await Promise.all(
      numbers.map(number => approval(bursar.processPayment({ accountId, amount: 3n, idempotencyKey: `p${number}` })))
    )) {
      ids.push(transactionId)
    }
    for (const round of [1, 2]) {
      await Promise.all(
        ids.map((originalTransactionId, number) =>
          approval(
            bursar.refundPayment({
              accountId,
              amount: 1n,
              idempotencyKey: `r${round}-${number}`,
              originalTransactionId
            })
          )
        )
      )
    }
    expect((await bursar.verify()).problems).to.deep.equal([])
  })
})
