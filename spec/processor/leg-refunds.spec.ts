import { expect } from 'chai'
import { IdempotencyConflictError, InvalidRequestError } from 'bursar'
import { approval, decline, rejectionOf } from '../support/expectations.js'
import { leg, post, posted, refunding } from '../support/legs.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

/** Alice, who had 100, has paid 45 to the shop and 5 to the platform in one transaction. */
async function split(scene: Scene) {
  const bursar = await scene.given({ alice: 100n, shop: 0n, platform: 0n })
  const paid = await approval(post(bursar, [leg('alice', 'shop', 45n), leg('alice', 'platform', 5n)]))
  return { bursar, paid, refund: refunding(bursar, paid) }
}

describeOnEveryStore('The refund of a leg', scene => {
  it('gives back all that remains of that leg, from where it went', async () => {
    const { bursar, paid, refund } = await split(scene)
    expect(await approval(refund({ leg: 1 }))).to.include({ amount: 5n, refundable: 0n })
    expect(await posted(bursar, 'alice', 'shop', 'platform')).to.deep.equal([55n, 45n, 0n])
    expect(await bursar.getTransaction(paid.transactionId)).to.include({ refunded: 5n, refundable: 45n })
  })

  it('never takes more than its own remainder, whatever the other legs have left', async () => {
    const { bursar, refund } = await split(scene)
    expect(await decline(refund({ leg: 1, amount: 6n }), 'refund_exceeds_remaining')).to.include({ refundable: 5n })
    expect(await approval(refund({ leg: 0, amount: 40n }))).to.include({ refundable: 5n })
    expect(await decline(refund({ leg: 0, amount: 6n }), 'refund_exceeds_remaining')).to.include({ refundable: 5n })
    expect(await approval(refund({ leg: 0 }))).to.include({ amount: 5n, refundable: 0n })
    await decline(refund({ leg: 0, amount: 1n }), 'already_refunded')
    expect(await approval(refund({ leg: 1 }))).to.include({ amount: 5n })
    await decline(refund({ leg: 1 }), 'already_refunded')
    expect(await posted(bursar, 'alice', 'shop', 'platform')).to.deep.equal([100n, 0n, 0n])
  })

  it('remembers the remainder of each leg across a restart', async () => {
    const { bursar, paid, refund } = await split(scene)
    await approval(refund({ leg: 0, amount: 40n }))
    await bursar.close()
    const reopened = await scene.open()
    const request = { accountId: 'alice', originalTransactionId: paid.transactionId, leg: 0, amount: 6n }
    await decline(reopened.refundPayment({ ...request, idempotencyKey: 'late' }), 'refund_exceeds_remaining')
    expect(await reopened.getTransaction(paid.transactionId)).to.include({ refunded: 40n, refundable: 10n })
    expect((await reopened.verify()).ok).to.equal(true)
  })

  it('must say which, where there are several; where there is one it need not', async () => {
    const { bursar, refund } = await split(scene)
    await decline(refund({}), 'not_refundable')
    await decline(refund({ leg: 2 }), 'not_refundable')
    const single = await approval(post(bursar, [leg('alice', 'shop', 10n)], 'single'))
    await approval(refunding(bursar, single)({ amount: 4n }))
    const rest = { accountId: 'alice', originalTransactionId: single.transactionId, leg: 0, idempotencyKey: 'rest' }
    expect(await approval(bursar.refundPayment(rest))).to.include({ amount: 6n })
  })

  for (const index of [-1, 0.5, 100, '0', null]) {
    it(`is refused for leg ${JSON.stringify(index)}`, async () => {
      const { refund } = await split(scene)
      await rejectionOf(refund({ leg: index as number }), InvalidRequestError)
    })
  }

  it('needs the funds of the account that the leg paid, and of no other', async () => {
    const { bursar, refund } = await split(scene)
    await approval(bursar.processPayment({ accountId: 'shop', amount: 1n, idempotencyKey: 'spent' }))
    await decline(refund({ leg: 0 }), 'payee_insufficient_funds')
    await approval(refund({ leg: 1 }))
  })

  it('is one meaning of its key, another leg another', async () => {
    const { bursar, paid } = await split(scene)
    const request = { accountId: 'alice', originalTransactionId: paid.transactionId, amount: 1n, idempotencyKey: 'r' }
    await approval(bursar.refundPayment({ ...request, leg: 0 }))
    const { fields } = await rejectionOf(bursar.refundPayment({ ...request, leg: 1 }), IdempotencyConflictError)
    expect(fields).to.deep.equal(['leg'])
  })
})
