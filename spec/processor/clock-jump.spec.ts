import { expect } from 'chai'
import type { PaymentProcessor, ProcessorEvents } from 'bursar'
import { approval, collect, quiescence } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const HOUR_MS = 3_600_000

async function expiries(bursar: PaymentProcessor): Promise<number> {
  const journal = await collect(bursar.journal())
  return journal.filter(({ command }) => command.type === 'ExpireHold').length
}

describeOnEveryStore('A forward jump of the clock beyond an hour', scene => {
  /** A hold that ends within the hour, on a processor that sweeps all the time; resolves after the jump was noticed. */
  async function jump(): Promise<{ bursar: PaymentProcessor; detail: ProcessorEvents['clock:jumped'] }> {
    const bursar = await scene.given({ alice: 100n }, { holds: { sweepIntervalMs: 1 } })
    const hold = { accountId: 'alice', amount: 40n, expiresInMs: HOUR_MS / 2, idempotencyKey: 'h' }
    await approval(bursar.authorizePayment(hold))
    const jumped = new Promise<ProcessorEvents['clock:jumped']>(resolve => bursar.on('clock:jumped', resolve))
    scene.clock.set(scene.clock.now() + 2 * HOUR_MS)
    return { bursar, detail: await jumped }
  }

  it('raises an event and stops the expiry sweeps', async () => {
    const before = scene.clock.now()
    const { bursar, detail } = await jump()
    expect(detail).to.deep.equal({ from: new Date(before), to: new Date(before + 2 * HOUR_MS) })
    await quiescence()
    expect(await expiries(bursar)).to.equal(0)
  })

  it('lets the sweeps go on once it is confirmed', async () => {
    const { bursar } = await jump()
    bursar.confirmClock()
    // The sweep comes by itself; a requirement that is not met shows as a timeout.
    while ((await expiries(bursar)) === 0) await quiescence()
    expect(await bursar.getBalance('alice')).to.include({ held: 0n, available: 100n })
    expect(await expiries(bursar)).to.equal(1)
  })

  it('does not keep a command from seeing an expired hold released: that is decided from recorded time', async () => {
    const { bursar } = await jump()
    await approval(bursar.processPayment({ accountId: 'alice', amount: 100n, idempotencyKey: 'p' }))
    expect(await expiries(bursar)).to.equal(1)
  })
})
