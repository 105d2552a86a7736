import { expect } from 'chai'
import { TransactionNotFoundError, type PaymentProcessor } from 'bursar'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('A transaction of somebody else', scene => {
  const attempts: Readonly<Record<string, (bursar: PaymentProcessor, id: string) => Promise<unknown>>> = {
    refunding: (bursar, originalTransactionId) =>
      bursar.refundPayment({ accountId: 'mallory', originalTransactionId, idempotencyKey: 'm' }),
    capturing: (bursar, authorizationId) =>
      bursar.capturePayment({ accountId: 'mallory', authorizationId, amount: 3n, idempotencyKey: 'm' }),
    voiding: (bursar, authorizationId) =>
      bursar.voidPayment({ accountId: 'mallory', authorizationId, idempotencyKey: 'm' })
  }
  const originals: Readonly<Record<string, (bursar: PaymentProcessor) => Promise<string>>> = {
    payment: async bursar =>
      (await approval(bursar.processPayment({ accountId: 'alice', amount: 5n, idempotencyKey: 'p' }))).transactionId,
    hold: async bursar =>
      (await approval(bursar.authorizePayment({ accountId: 'alice', amount: 5n, idempotencyKey: 'p' }))).transactionId,
    deposit: async bursar =>
      (await approval(bursar.deposit({ accountId: 'alice', amount: 5n, idempotencyKey: 'p' }))).transactionId
  }

  for (const [doing, attempt] of Object.entries(attempts)) {
    for (const [what, original] of Object.entries(originals)) {
      it(`is not found by ${doing} it, a ${what}, and the attempt is in the journal`, async () => {
        const bursar = await scene.given({ alice: 10n, mallory: 0n })
        const id = await original(bursar)
        const known = await rejectionOf(attempt(bursar, id), TransactionNotFoundError)
        const unknown = await rejectionOf(attempt(bursar, 'txn_00000000zzz_unknown'), TransactionNotFoundError)
        expect(known.message).to.equal(unknown.message.replace('txn_00000000zzz_unknown', id))
        const entries = await collect(bursar.journal({ after: 3 }))
        expect(entries.map(({ outcome, command }) => [outcome, command.accountId])).to.deep.equal([
          ['refused', 'mallory']
        ])
      })
    }
  }
})
