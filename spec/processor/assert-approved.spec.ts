import { expect } from 'chai'
import { assertApproved, DeclinedError, openPaymentProcessor } from 'bursar'

describe('assertApproved', () => {
  it('lets approvals pass, of payments and of accounts', async () => {
    await using bursar = await openPaymentProcessor()
    const created = await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    assertApproved(created)
    expect(created.account.posted).to.equal(100n)
    const payment = await bursar.processPayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'p' })
    assertApproved(payment)
    expect(payment.transactionId).to.match(/^txn_/)
  })

  it('throws a decline as a DeclinedError with its code and the whole result', async () => {
    await using bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    const result = await bursar.processPayment({ accountId: 'alice', amount: 40n, idempotencyKey: 'p' })
    const assertion = () => assertApproved(result)
    expect(assertion)
      .to.throw(DeclinedError, 'insufficient_funds: Insufficient funds. Balance: 0, Required: 40')
      .that.includes({ code: 'ERR_DECLINED', declineCode: 'insufficient_funds', retryable: false, result })
  })

  it('throws when an account command was declined', async () => {
    await using bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    const result = await bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'x' })
    expect(() => assertApproved(result))
      .to.throw(DeclinedError)
      .with.property('declineCode', 'account_not_empty')
  })
})
