import { openPaymentProcessor, type PaymentProcessor, type PaymentResult, type Store } from 'bursar'
import type { Job } from '../job.js'
import type { Books, OpenPeer } from './peer.js'

/** Bursar over any of its stores, through the public interface alone. */
export async function openBursar(
  job: Job,
  openStore: () => Store,
  face = (processor: PaymentProcessor) => processor
): Promise<OpenPeer<PaymentResult>> {
  const processor = face(await openPaymentProcessor({ store: openStore() }))
  const initialBalance = job.initialBalance
  await Promise.all(
    job.accounts.map(accountId => processor.createAccount({ accountId, currency: 'USD', initialBalance }))
  )
  return {
    pay: payment =>
      processor.processPayment({
        accountId: job.accountOf(payment),
        amount: 1n,
        idempotencyKey: job.keyOf(payment)
      }),
    isApproved: answer => answer.success,
    async settle() {
      await processor.close()
      await using reopened = await openPaymentProcessor({ store: openStore() })
      return await readBooks(reopened, job)
    }
  }
}

async function readBooks(processor: PaymentProcessor, job: Job): Promise<Books> {
  const read = async (accountId: string): Promise<[string, bigint]> => [
    accountId,
    (await processor.getBalance(accountId)).posted
  ]
  const balances = new Map(await Promise.all(job.accounts.map(read)))
  const received = (await processor.getBalance('@settlement')).posted
  return { balances, received, payments: await processor.getTransactionCount() }
}
