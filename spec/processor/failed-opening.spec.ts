import { expect } from 'chai'
import { openPaymentProcessor, OutcomeUnknownError, ProcessorFailedError } from 'bursar'
import type { StoreSession } from '../../lib/store/store.js'
import { approval, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'
import { overridingSession } from '../support/overriding-session.js'

class DiskError extends Error {}

/** The ledger's store with some methods of its sessions replaced. */
const storeWith = (scene: Scene, methods: Partial<StoreSession>) => ({
  open: async () => overridingSession(await scene.ledger.store().open(), methods)
})

describeOnEveryStore('A ledger that could not be opened', scene => {
  for (const step of ['deadLetters', 'load'] as const) {
    it(`is free for the next opening when ${step} failed`, async () => {
      await (await scene.given({ alice: 10n })).close()
      const store = storeWith(scene, { [step]: () => Promise.reject(new DiskError('EIO')) })
      await rejectionOf(openPaymentProcessor({ store }), DiskError)
      const bursar = await scene.open()
      expect((await bursar.getBalance('alice')).posted).to.equal(10n)
    })
  }

  it('is free for the next opening when closing failed as well, and says why opening did', async () => {
    const ledger = scene.ledger.store()
    const store = {
      async open() {
        const session = await ledger.open()
        return overridingSession(session, {
          deadLetters: () => Promise.reject(new DiskError('EIO')),
          close: () => session.close().then(() => Promise.reject(new TypeError('close')))
        })
      }
    }
    await rejectionOf(openPaymentProcessor({ store }), DiskError)
    await scene.open()
  })
})

describeOnEveryStore('A store that throws where it should reject', scene => {
  it('leaves no promise pending: the outcome is unknown, and the writer stops', async () => {
    await (await scene.given({ alice: 10n })).close()
    const commit = () => {
      throw new DiskError('thrown')
    }
    const bursar = await openPaymentProcessor({ store: storeWith(scene, { commit }) })
    const pay = (idempotencyKey: string) => bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })
    const error = await rejectionOf(pay('order-1'), OutcomeUnknownError)
    expect(error.cause).to.be.instanceOf(DiskError)
    await rejectionOf(pay('order-2'), ProcessorFailedError)
    await bursar.close()
    await approval((await scene.open()).processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'order-1' }))
  })

  it('while an entry is prepared changes nothing: what is decided is committed', async () => {
    await (await scene.given({ alice: 10n })).close()
    const prepare = () => {
      throw new DiskError('thrown')
    }
    const bursar = await openPaymentProcessor({ store: storeWith(scene, { prepare }) })
    await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'order-1' }))
    expect((await bursar.getBalance('alice')).posted).to.equal(9n)
    expect(await bursar.verify()).to.include({ ok: true })
    await bursar.close()
  })
})
