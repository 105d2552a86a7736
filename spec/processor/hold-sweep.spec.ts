import { expect } from 'chai'
import type { JournalEntry, PaymentProcessor } from 'bursar'
import { approval, collect, quiescence } from '../support/expectations.js'
import { describeOnEveryStore, type Scene } from '../support/on-every-store.js'

const HOUR_MS = 3_600_000
const LIFETIME_MS = 1_000
const SWEEPING = { holds: { sweepIntervalMs: 1 } }
const NOT_SWEEPING = { holds: { sweepIntervalMs: 86_400_000 } }

/** Of Alice's 100, 40 are reserved for a second. */
async function reserved(
  scene: Scene,
  options: typeof SWEEPING
): Promise<{ readonly bursar: PaymentProcessor; readonly authorizationId: string }> {
  const bursar = await scene.given({ alice: 100n }, options)
  const request = { accountId: 'alice', amount: 40n, expiresInMs: LIFETIME_MS, idempotencyKey: 'h' }
  const { transactionId: authorizationId } = await approval(bursar.authorizePayment(request))
  return { bursar, authorizationId }
}

async function expiries(bursar: PaymentProcessor): Promise<readonly JournalEntry[]> {
  const journal = await collect(bursar.journal())
  return journal.filter(({ command }) => command.type === 'ExpireHold')
}

/** Waits for the sweep, which comes by itself; one that does not come shows as a timeout. */
async function sweptHolds(bursar: PaymentProcessor, count: number): Promise<void> {
  while ((await expiries(bursar)).length < count) await quiescence()
}

describeOnEveryStore('The sweep of expired holds', scene => {
  it('releases what nobody looks at', async () => {
    const { bursar, authorizationId } = await reserved(scene, SWEEPING)
    scene.clock.advance(LIFETIME_MS)
    await sweptHolds(bursar, 1)
    const [expiry] = await expiries(bursar)
    expect(expiry?.command).to.include({ accountId: 'alice', authorizationId })
    expect(await bursar.getTransaction(authorizationId)).to.include({ holdStatus: 'expired' })
    expect((await bursar.verify()).ok).to.equal(true)
  })

  it('leaves holds whose deadline has not come', async () => {
    const { bursar } = await reserved(scene, SWEEPING)
    await approval(
      bursar.authorizePayment({ accountId: 'alice', amount: 1n, expiresInMs: LIFETIME_MS / 2, idempotencyKey: 'short' })
    )
    scene.clock.advance(LIFETIME_MS - 1)
    await sweptHolds(bursar, 1)
    await quiescence()
    expect(await expiries(bursar)).to.have.length(1)
    expect(await bursar.getBalance('alice')).to.include({ held: 40n })
  })

  it('releases what an earlier process left behind', async () => {
    const { bursar } = await reserved(scene, NOT_SWEEPING)
    await bursar.close()
    scene.clock.advance(LIFETIME_MS)
    await sweptHolds(await scene.open(SWEEPING), 1)
  })

  it('releases any number, each once', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 150n }, SWEEPING)
    const holds = Array.from({ length: 250 }, (_, index) => ({
      accountId: index < 100 ? 'alice' : 'bob',
      amount: 1n,
      expiresInMs: LIFETIME_MS,
      idempotencyKey: `h${index}`
    }))
    await Promise.all(holds.map(hold => approval(bursar.authorizePayment(hold))))
    scene.clock.advance(LIFETIME_MS)
    await sweptHolds(bursar, 250)
    await quiescence()
    const released = (await expiries(bursar)).map(
      ({ command }) => 'authorizationId' in command && command.authorizationId
    )
    expect(new Set(released).size).to.equal(released.length).and.to.equal(250)
    expect(await bursar.getBalance('bob')).to.include({ held: 0n, available: 150n })
  })

  it('goes on after a jump of the clock when elapsed time has caught up with it', async () => {
    const { bursar } = await reserved(scene, SWEEPING)
    const jumped = new Promise(resolve => bursar.on('clock:jumped', resolve))
    scene.clock.set(scene.clock.now() + 2 * HOUR_MS)
    await jumped
    await quiescence()
    expect(await expiries(bursar)).to.deep.equal([])
    // An hour of elapsed time, in which the clock, set right meanwhile, stays where it was.
    scene.clock.advance(HOUR_MS)
    scene.clock.set(scene.clock.now() - HOUR_MS)
    await sweptHolds(bursar, 1)
  })
})
