import { expect } from 'chai'
import type { PaymentProcessor, PaymentResult } from 'bursar'
import { approval, changedAccount, decline } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const alice = { accountId: 'alice', idempotencyKey: 'call' } as const

function leg(from: string, to: string, amount = 1n) {
  return { from, to, amount, currency: 'USD' }
}

describeOnEveryStore('A limit lowered below its use', scene => {
  /** Alice owes 40, of 50 she may owe; then the limit becomes 10. */
  async function lowered(): Promise<PaymentProcessor> {
    const bursar = await scene.given({ shop: 100n })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', overdraftLimit: 50n })
    await approval(bursar.transfer({ accountId: 'alice', to: 'shop', amount: 40n, idempotencyKey: 't' }))
    const limits = { accountId: 'alice', overdraftLimit: 10n, idempotencyKey: 'l' }
    expect(await changedAccount(bursar.setAccountLimits(limits))).to.include({ posted: -40n, available: -30n })
    return bursar
  }

  const worse: readonly (readonly [name: string, call: (bursar: PaymentProcessor) => Promise<PaymentResult>])[] = [
    ['a payment', bursar => bursar.processPayment({ ...alice, amount: 1n })],
    ['a transfer', bursar => bursar.transfer({ ...alice, to: 'shop', amount: 1n })],
    ['a hold', bursar => bursar.authorizePayment({ ...alice, amount: 1n })],
    ['a leg out', bursar => bursar.postTransaction({ ...alice, legs: [leg('alice', 'shop')] })]
  ]

  for (const [name, call] of worse) {
    it(`blocks ${name}, which would make it worse, and says how little there is`, async () => {
      const { message } = await decline(call(await lowered()), 'insufficient_funds')
      expect(message).to.equal('Insufficient funds. Balance: -30, Required: 1')
    })
  }

  it('lets in what makes it better, even where that is not enough', async () => {
    const bursar = await lowered()
    await approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'd' }))
    const legs = [leg('alice', 'shop'), leg('shop', 'alice', 3n)]
    await approval(bursar.postTransaction({ ...alice, legs }))
    expect(await bursar.getBalance('alice')).to.include({ posted: -37n, available: -27n })
  })

  it('lets pass what leaves it as it is', async () => {
    const bursar = await lowered()
    await approval(bursar.postTransaction({ ...alice, legs: [leg('alice', 'shop'), leg('shop', 'alice')] }))
  })

  it('may be raised again', async () => {
    const bursar = await lowered()
    await changedAccount(bursar.setAccountLimits({ accountId: 'alice', overdraftLimit: 41n, idempotencyKey: 'l2' }))
    await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'p' }))
  })
})
