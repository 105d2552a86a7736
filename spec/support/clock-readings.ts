import { performance } from 'node:perf_hooks'

/**
 * A program that counts how often the monotonic clock is read for one payment, for each of several kinds of listening,
 * and prints the counts. The library takes its clock when it is loaded, so that the counter has to be there before.
 */

let readings = 0
const { now } = performance
performance.now = () => {
  readings++
  return now.call(performance)
}
const { openPaymentProcessor } = await import('../../lib/index.js')
const { manualClock } = await import('../../lib/testing/index.js')

type Processor = Awaited<ReturnType<typeof openPaymentProcessor>>

const LISTENING: Readonly<Record<string, (bursar: Processor) => void>> = {
  nobody: () => undefined,
  others(bursar) {
    bursar.on('processor:failed', () => undefined)
    bursar.on('command:executed', () => undefined)()
    bursar.on('group:committed', () => undefined)()
  },
  command: bursar => void bursar.on('command:executed', () => undefined),
  group: bursar => void bursar.on('group:committed', () => undefined)
}

const counts: Record<string, number> = {}
for (const [name, listen] of Object.entries(LISTENING)) {
  const bursar = await openPaymentProcessor({ clock: manualClock(), holds: { sweepIntervalMs: 86_400_000 } })
  await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
  listen(bursar)
  readings = 0
  await bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
  counts[name] = readings
  await bursar.close()
}
console.log(JSON.stringify(counts))
