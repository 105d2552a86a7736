import { expect } from 'chai'
import type { JournalEntry, PaymentProcessor } from 'bursar'
import { approval, collect } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

/** Opening balances, deposits, payments with and without payee, transfers and refunds, in two currencies. */
async function trade(bursar: PaymentProcessor): Promise<void> {
  for (const currency of ['USD', 'EUR']) {
    const [payer, shop] = [`payer-${currency}`, `shop-${currency}`]
    await bursar.createAccount({ accountId: payer, currency, initialBalance: 1_000n })
    await bursar.createAccount({ accountId: shop, currency })
    await bursar.deposit({ accountId: payer, amount: 200n, idempotencyKey: 'deposit' })
    const settled = await approval(bursar.processPayment({ accountId: payer, amount: 300n, idempotencyKey: 'settled' }))
    await bursar.processPayment({ accountId: payer, payee: shop, amount: 400n, idempotencyKey: 'paid' })
    await bursar.processPayment({ accountId: payer, amount: 10_000n, idempotencyKey: 'declined' })
    await bursar.transfer({ accountId: shop, to: payer, amount: 50n, idempotencyKey: 'transfer' })
    const refund = { accountId: payer, originalTransactionId: settled.transactionId }
    await bursar.refundPayment({ ...refund, amount: 100n, idempotencyKey: 'refund' })
  }
}

describeOnEveryStore('Double entry', scene => {
  it('writes every movement as postings that sum to zero in each currency', async () => {
    const bursar = await scene.open()
    await trade(bursar)
    for (const { sequence, postings } of await collect(bursar.journal())) {
      const sums = new Map<string, bigint>()
      for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
      for (const [currency, sum] of sums) expect(sum, `entry ${sequence} in ${currency}`).to.equal(0n)
    }
  })

  it('keeps all balances of a currency, system accounts included, at a sum of zero', async () => {
    const bursar = await scene.open()
    await trade(bursar)
    for (const [currency, payer, shop, settlement] of [
      ['USD', 650n, 350n, 200n],
      ['EUR', 650n, 350n, 200n]
    ] as const) {
      const posted = async (accountId: string): Promise<bigint> => (await bursar.getBalance(accountId)).posted
      const funding = await posted(`@funding:${currency}`)
      expect(await posted(`payer-${currency}`)).to.equal(payer)
      expect(await posted(`shop-${currency}`)).to.equal(shop)
      expect(await posted(`@settlement:${currency}`)).to.equal(settlement)
      expect(funding).to.equal(-1_200n)
      expect(funding + payer + shop + settlement).to.equal(0n)
    }
  })

  it('says where the money came from and where it went', async () => {
    const bursar = await scene.given({ alice: 100n, shop: 0n })
    await bursar.deposit({ accountId: 'alice', amount: 10n, idempotencyKey: '1' })
    await bursar.processPayment({ accountId: 'alice', amount: 20n, idempotencyKey: '2' })
    await bursar.processPayment({ accountId: 'alice', payee: 'shop', amount: 30n, idempotencyKey: '3' })
    await bursar.transfer({ accountId: 'shop', to: 'alice', amount: 5n, idempotencyKey: '4' })
    const flows = (await collect(bursar.journal())).map(flow)
    expect(flows).to.deep.equal([
      '@funding:USD → alice 100',
      '',
      '@funding:USD → alice 10',
      'alice → @settlement:USD 20',
      'alice → shop 30',
      'shop → alice 5'
    ])
  })

  it('shows the balance of each account after each posting', async () => {
    const bursar = await scene.given({ alice: 100n })
    for (const idempotencyKey of ['1', '2']) {
      await bursar.processPayment({ accountId: 'alice', amount: 30n, idempotencyKey })
    }
    const after = (await collect(bursar.journal())).map(({ postings }) =>
      postings.map(({ accountId, balanceAfter }) => `${accountId} ${balanceAfter}`)
    )
    expect(after).to.deep.equal([
      ['@funding:USD -100', 'alice 100'],
      ['alice 70', '@settlement:USD 30'],
      ['alice 40', '@settlement:USD 60']
    ])
  })
})

function flow({ postings }: JournalEntry): string {
  const [debit, credit] = postings
  return debit && credit ? `${debit.accountId} → ${credit.accountId} ${credit.amount}` : ''
}
