import { expect } from 'chai'
import {
  AccountAlreadyExistsError,
  type AccountResult,
  type DeclineCode,
  type PaymentProcessor,
  type PaymentResult
} from 'bursar'
import { approval, changedAccount, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

interface Started {
  readonly bursar: PaymentProcessor
  /** Alice's payment of 20 to the shop. */
  readonly paidId: string
  /** 10 of Alice's, reserved for the shop. */
  readonly holdId: string
}

/** Alice, who had 100, has paid the shop 20 and reserved another 10 for it; Bob has 50. */
async function started(scene: Scene): Promise<Started> {
  const bursar = await scene.given({ alice: 100n, shop: 0n, bob: 50n })
  const alice = { accountId: 'alice', payee: 'shop' }
  const paid = await approval(bursar.processPayment({ ...alice, amount: 20n, idempotencyKey: 'paid' }))
  const hold = await approval(bursar.authorizePayment({ ...alice, amount: 10n, idempotencyKey: 'held' }))
  return { bursar, paidId: paid.transactionId, holdId: hold.transactionId }
}

type Call = (scene: Started) => Promise<PaymentResult | AccountResult>
const alice = { accountId: 'alice', idempotencyKey: 'call' } as const
const bob = { accountId: 'bob', idempotencyKey: 'call' } as const

/** Every command that moves, reserves or releases money, and what it is to Alice: money out, money in, or neither. */
const MONEY_CALLS: Readonly<Record<string, readonly ['debits' | 'credits' | 'neither', Call]>> = {
  'a payment by her': ['debits', ({ bursar }) => bursar.processPayment({ ...alice, payee: 'shop', amount: 1n })],
  'a payment to her': ['credits', ({ bursar }) => bursar.processPayment({ ...bob, payee: 'alice', amount: 1n })],
  'a transfer by her': ['debits', ({ bursar }) => bursar.transfer({ ...alice, to: 'shop', amount: 1n })],
  'a transfer to her': ['credits', ({ bursar }) => bursar.transfer({ ...bob, to: 'alice', amount: 1n })],
  'a deposit': ['credits', ({ bursar }) => bursar.deposit({ ...alice, amount: 1n })],
  'a refund to her': [
    'credits',
    ({ bursar, paidId }) => bursar.refundPayment({ ...alice, originalTransactionId: paidId })
  ],
  'a hold on her money': ['debits', ({ bursar }) => bursar.authorizePayment({ ...alice, payee: 'shop', amount: 1n })],
  'a hold in her favour': ['credits', ({ bursar }) => bursar.authorizePayment({ ...bob, payee: 'alice', amount: 1n })],
  'the capture of her hold': [
    'debits',
    ({ bursar, holdId }) => bursar.capturePayment({ ...alice, authorizationId: holdId })
  ],
  'the void of her hold': [
    'neither',
    ({ bursar, holdId }) => bursar.voidPayment({ ...alice, authorizationId: holdId })
  ],
  'a leg out of her account': [
    'debits',
    ({ bursar }) => bursar.postTransaction({ ...alice, legs: [leg('alice', 'shop')] })
  ],
  'a leg into her account': ['credits', ({ bursar }) => bursar.postTransaction({ ...bob, legs: [leg('bob', 'alice')] })]
}

function leg(from: string, to: string) {
  return { from, to, amount: 1n, currency: 'USD' }
}

function freeze(bursar: PaymentProcessor, accountId: string, direction: 'debits' | 'credits' | 'all') {
  const request = { accountId, direction, reason: 'suspected fraud', idempotencyKey: `freeze ${direction}` }
  return changedAccount(bursar.freezeAccount(request))
}

describeOnEveryStore('A frozen account', scene => {
  for (const direction of ['debits', 'credits', 'all'] as const) {
    for (const [name, [effect, call]] of Object.entries(MONEY_CALLS)) {
      const isStopped = effect === direction || (direction === 'all' && effect !== 'neither')
      it(`for ${direction} ${isStopped ? `stops ${name} until it is unfrozen` : `lets ${name} through`}`, async () => {
        const scenery = await started(scene)
        expect(await freeze(scenery.bursar, 'alice', direction)).to.include({ frozen: direction })
        const before = await scenery.bursar.getAccount('alice')
        const result = await call(scenery)
        expect(result.success ? null : result.code).to.equal(isStopped ? 'account_frozen' : null)
        const { posted, held } = await scenery.bursar.getAccount('alice')
        if (!isStopped) return
        expect({ posted, held }).to.deep.equal({ posted: before.posted, held: before.held })
        await changedAccount(scenery.bursar.unfreezeAccount({ accountId: 'alice', idempotencyKey: 'thaw' }))
        expect((await call(scenery)).success, 'under the same key').to.equal(true)
      })
    }

    it(`for ${direction} stays so across a restart`, async () => {
      const { bursar } = await started(scene)
      await freeze(bursar, 'alice', direction)
      await bursar.close()
      expect(await (await scene.open()).getAccount('alice')).to.include({ frozen: direction, closed: false })
    })
  }

  it('takes the direction of the last freeze', async () => {
    const { bursar } = await started(scene)
    await freeze(bursar, 'alice', 'debits')
    await freeze(bursar, 'alice', 'credits')
    await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'p' }))
    await decline(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'd' }), 'account_frozen')
  })

  it('gives no refund out when it is the payee and frozen for debits', async () => {
    const { bursar, paidId } = await started(scene)
    await freeze(bursar, 'shop', 'debits')
    const refund = { accountId: 'alice', originalTransactionId: paidId, idempotencyKey: 'r' }
    await decline(bursar.refundPayment(refund), 'account_frozen')
  })

  it('keeps its hold after a capture was declined: it is captured once the freeze is over', async () => {
    const { bursar, holdId } = await started(scene)
    await freeze(bursar, 'alice', 'debits')
    const capture = { accountId: 'alice', authorizationId: holdId, idempotencyKey: 'c' }
    await decline(bursar.capturePayment(capture), 'account_frozen')
    expect(await bursar.getBalance('alice')).to.include({ held: 10n })
    await changedAccount(bursar.unfreezeAccount({ accountId: 'alice', idempotencyKey: 'thaw' }))
    await approval(bursar.capturePayment(capture))
  })

  it('says why in the journal, may change its limits, and may be closed when it is empty', async () => {
    const bursar = await scene.given({ alice: 0n })
    await freeze(bursar, 'alice', 'all')
    await changedAccount(bursar.setAccountLimits({ accountId: 'alice', overdraftLimit: 5n, idempotencyKey: 'l' }))
    await changedAccount(bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'x' }))
    const [entry] = await collect(bursar.journal({ after: 1 }))
    expect(entry?.command).to.include({ type: 'FreezeAccount', direction: 'all', reason: 'suspected fraud' })
  })

  it('may be unfrozen although it was not frozen', async () => {
    const { bursar } = await started(scene)
    const thaw = { accountId: 'alice', idempotencyKey: 'thaw' }
    expect(await changedAccount(bursar.unfreezeAccount(thaw))).to.include({ frozen: null })
  })
})

/** Alice has spent everything, her hold has been captured, and her account is closed. */
async function closed(scene: Scene): Promise<Started> {
  const before = await started(scene)
  const { bursar, holdId } = before
  await approval(bursar.capturePayment({ accountId: 'alice', authorizationId: holdId, idempotencyKey: 'captured' }))
  await approval(bursar.transfer({ accountId: 'alice', to: 'shop', amount: 70n, idempotencyKey: 'emptied' }))
  expect(await changedAccount(bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'closed' }))).to.include({
    closed: true,
    posted: 0n
  })
  return before
}

describeOnEveryStore('A closed account', scene => {
  for (const [name, [effect, call]] of Object.entries(MONEY_CALLS)) {
    // A void only ever releases, so it is answered by the hold, not by the account.
    const code: DeclineCode = effect === 'neither' ? 'hold_already_captured' : 'account_closed'
    it(`answers ${code} to ${name}`, async () => {
      const scenery = await closed(scene)
      await decline(call(scenery), code)
      expect(await scenery.bursar.getBalance('alice')).to.include({ posted: 0n, held: 0n })
    })
  }

  const changes: Readonly<Record<string, (bursar: PaymentProcessor) => Promise<AccountResult>>> = {
    setAccountLimits: bursar => bursar.setAccountLimits({ ...alice, overdraftLimit: 5n }),
    freezeAccount: bursar => bursar.freezeAccount({ ...alice, direction: 'all', reason: 'late' }),
    unfreezeAccount: bursar => bursar.unfreezeAccount(alice),
    closeAccount: bursar => bursar.closeAccount(alice)
  }

  for (const [name, change] of Object.entries(changes)) {
    it(`answers account_closed to ${name}`, async () => {
      const { bursar } = await closed(scene)
      await decline(change(bursar), 'account_closed')
    })
  }

  it('keeps its id for ever', async () => {
    const { bursar } = await closed(scene)
    await rejectionOf(bursar.createAccount({ accountId: 'alice', currency: 'USD' }), AccountAlreadyExistsError)
  })

  it('can still be read, also after a restart', async () => {
    const { bursar, paidId } = await closed(scene)
    await bursar.close()
    const reopened = await scene.open()
    expect(await reopened.getAccount('alice')).to.include({ closed: true, available: 0n })
    expect(await reopened.getTransaction(paidId)).to.include({ amount: 20n })
    expect(await collect(reopened.listTransactions({ accountId: 'alice' }))).to.have.length(4)
    expect((await reopened.verify()).ok).to.equal(true)
  })

  it('replays its earlier answers', async () => {
    const { bursar, paidId } = await closed(scene)
    const again = { accountId: 'alice', payee: 'shop', amount: 20n, idempotencyKey: 'paid' }
    expect(await bursar.processPayment(again)).to.include({ success: true, transactionId: paidId, replayed: true })
    expect(await bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'closed' })).to.include({ replayed: true })
  })

  it('cannot even lend its key to a transaction between others', async () => {
    const { bursar } = await closed(scene)
    await decline(bursar.postTransaction({ ...alice, legs: [leg('bob', 'shop')] }), 'account_closed')
    expect((await bursar.getBalance('bob')).posted).to.equal(50n)
  })

  it('gives no refund out when it is the payee', async () => {
    const bursar = await scene.given({ alice: 20n, shop: 0n, bob: 0n })
    const pay = { accountId: 'alice', payee: 'shop', amount: 20n, idempotencyKey: 'p' }
    const { transactionId } = await approval(bursar.processPayment(pay))
    await approval(bursar.transfer({ accountId: 'shop', to: 'bob', amount: 20n, idempotencyKey: 't' }))
    await changedAccount(bursar.closeAccount({ accountId: 'shop', idempotencyKey: 'x' }))
    const refund = { accountId: 'alice', originalTransactionId: transactionId, idempotencyKey: 'r' }
    await decline(bursar.refundPayment(refund), 'account_closed')
  })

  it('receives no capture: the hold stays, and can be voided', async () => {
    const { bursar, holdId } = await started(scene)
    await approval(bursar.transfer({ accountId: 'shop', to: 'bob', amount: 20n, idempotencyKey: 't' }))
    await changedAccount(bursar.closeAccount({ accountId: 'shop', idempotencyKey: 'x' }))
    const end = { accountId: 'alice', authorizationId: holdId }
    await decline(bursar.capturePayment({ ...end, idempotencyKey: 'c' }), 'account_closed')
    expect(await bursar.getBalance('alice')).to.include({ held: 10n })
    await approval(bursar.voidPayment({ ...end, idempotencyKey: 'v' }))
  })
})

describeOnEveryStore('Closing an account', scene => {
  const notEmpty: readonly (readonly [what: string, make: (bursar: PaymentProcessor) => Promise<PaymentResult>])[] = [
    ['money', bursar => bursar.deposit({ ...alice, amount: 1n })],
    ['a debt', bursar => bursar.processPayment({ ...alice, amount: 1n })],
    ['an open hold', bursar => bursar.authorizePayment({ ...alice, amount: 1n })]
  ]

  for (const [what, make] of notEmpty) {
    it(`is declined while there is ${what}: account_not_empty`, async () => {
      const bursar = await scene.open()
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', overdraftLimit: 5n })
      await approval(make(bursar))
      await decline(bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'x' }), 'account_not_empty')
      expect(await bursar.getAccount('alice')).to.include({ closed: false })
    })
  }
})
