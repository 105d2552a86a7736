import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { CommandCancelledError, type PaymentProcessor, type ProcessorEvents } from 'bursar'
import { runProgram } from '../packaging/run-program.js'
import { compiledPrograms } from '../support/compiled-programs.js'
import { collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

function heard<E extends keyof ProcessorEvents>(bursar: PaymentProcessor, event: E): ProcessorEvents[E][] {
  const details: ProcessorEvents[E][] = []
  bursar.on(event, detail => details.push(detail))
  return details
}

describeOnEveryStore('The event command:executed', scene => {
  it('tells the type of each command that had its turn, how long it waited and how long it took', async () => {
    const bursar = await scene.given({ alice: 1n })
    const executed = heard(bursar, 'command:executed')
    await bursar.processPayment(payment)
    await bursar.processPayment({ ...payment, idempotencyKey: 'declined' })
    await bursar.deposit({ ...payment, idempotencyKey: 'd' })
    expect(executed.map(({ command }) => command)).to.deep.equal(['ProcessPayment', 'ProcessPayment', 'Deposit'])
    for (const { waitMs, executionMs } of executed) {
      expect(waitMs).to.be.at.least(0)
      expect(executionMs).to.be.at.least(0)
    }
  })

  it('comes before the answer, for each of those who ask for the same', async () => {
    const bursar = await scene.given({ alice: 1n })
    const executed = heard(bursar, 'command:executed')
    const answers = [bursar.processPayment(payment), bursar.processPayment(payment)]
    await answers[0]
    expect(executed).to.have.length(2)
    await answers[1]
    expect(executed).to.have.length(2)
  })

  it('comes for a replay, and for a command that is rejected in its turn', async () => {
    const bursar = await scene.given({ alice: 1n })
    await bursar.processPayment(payment)
    const executed = heard(bursar, 'command:executed')
    await bursar.processPayment(payment)
    await bursar.transfer({ ...payment, to: 'nobody', idempotencyKey: 't' }).catch(() => undefined)
    expect(executed.map(({ command }) => command)).to.deep.equal(['ProcessPayment', 'Transfer'])
  })

  it('does not come for what never had its turn, nor for reads', async () => {
    const bursar = await scene.given({ alice: 1n })
    const executed = heard(bursar, 'command:executed')
    await rejectionOf(bursar.processPayment(payment, { deadlineMs: 0 }), CommandCancelledError)
    await bursar.getBalance('alice')
    expect(executed).to.be.empty
  })

  it('comes for no command that was submitted before anybody listened', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 1n }, { store })
    const gate = store.hold('load')
    const early = bursar.processPayment(payment)
    const executed = heard(bursar, 'command:executed')
    gate.open()
    await early
    expect(executed).to.be.empty
  })

  it('does not come any more once nobody listens', async () => {
    const bursar = await scene.given({ alice: 1n })
    const executed: string[] = []
    const stop = bursar.on('command:executed', ({ command }) => executed.push(command))
    const stopOther = bursar.on('command:executed', () => undefined)
    stopOther()
    await bursar.processPayment(payment)
    stop()
    await bursar.deposit({ ...payment, idempotencyKey: 'd' })
    expect(executed).to.deep.equal(['ProcessPayment'])
  })
})

describeOnEveryStore('The event group:committed', scene => {
  it('tells of every entry once, up to the head of the journal', async () => {
    const bursar = await scene.open()
    const groups = heard(bursar, 'group:committed')
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await Promise.all([1, 2, 3].map(n => bursar.processPayment({ ...payment, idempotencyKey: `k${n}` })))
    const journal = await collect(bursar.journal())
    expect(groups.reduce((sum, { entries }) => sum + entries, 0)).to.equal(journal.length)
    expect(groups.at(-1)!.sequence).to.equal(journal.at(-1)!.sequence)
    for (const [index, { entries, sequence, durationMs }] of groups.entries()) {
      expect(sequence).to.equal((groups[index - 1]?.sequence ?? 0) + entries)
      expect(durationMs).to.be.at.least(0)
    }
  })

  it('comes before the answer, and not before the group is durable', async () => {
    const store = scene.gatedStore()
    const bursar = await scene.given({ alice: 1n }, { store })
    const groups = heard(bursar, 'group:committed')
    const gate = store.hold('commit')
    const answer = bursar.processPayment(payment)
    await gate.reached
    expect(groups).to.be.empty
    gate.open()
    await answer
    expect(groups).to.have.length(1)
  })

  it('does not come for what leaves nothing in the journal', async () => {
    const bursar = await scene.given({ alice: 1n })
    await bursar.processPayment(payment)
    const groups = heard(bursar, 'group:committed')
    await bursar.processPayment(payment)
    await bursar.getBalance('alice')
    expect(groups).to.be.empty
  })
})

describe('Measuring', () => {
  let readings: Readonly<Record<string, number>>

  before(function () {
    this.timeout(120_000)
    const { stdout } = runProgram(['--no-warnings', join(compiledPrograms(), 'clock-readings.js')], { cwd: tmpdir() })
    readings = JSON.parse(stdout) as Readonly<Record<string, number>>
  })

  it('reads no monotonic clock for a payment while nobody listens', () => {
    expect(readings['nobody']).to.equal(0)
  })

  it('reads none either for those who listen to other events, or do not listen any more', () => {
    expect(readings['others']).to.equal(0)
  })

  it('reads it three times for a command and twice for a group', () => {
    expect(readings).to.include({ command: 3, group: 2 })
  })
})
