import { writeSync } from 'node:fs'
import { closeOnSignals, openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { gatedStore } from './gated-store.js'

/**
 * A process of its own with payments under way, to be signalled: `node signalled-program.ts <path> <how> <deadlineMs>`.
 * Says `ready`, `signalled` whenever a signal comes, and at its end what the payments came to, as JSON.
 *
 *     drains    every payment can be answered
 *     stuck     the disk never answers
 *     lingers   something else keeps the process alive
 *     deaf      has stopped listening to signals
 */
const [path, how, deadlineMs] = process.argv.slice(2)
const PAYMENTS = 500
const outcomes: Record<string, number> = {}

const store = gatedStore(sqliteStore({ path: path! }))
const processor = await openPaymentProcessor({ store })
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000_000n })
const stopListening = closeOnSignals(processor, { deadlineMs: Number(deadlineMs) })
if (how === 'deaf') stopListening()
if (how !== 'drains') setInterval(() => undefined, 1_000)
if (how === 'stuck') store.hold('commit')
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.prependListener(signal, () => say('signalled'))
if (how === 'deaf') process.removeAllListeners('SIGTERM')

for (let number = 0; number < PAYMENTS; number++) {
  processor.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `order ${number}` }).then(
    () => count('answered'),
    (error: Error) => count(error.name)
  )
}
process.on('exit', () => say(JSON.stringify(outcomes)))
say('ready')

function count(outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}

/** Written at once: what was said before the end of the process has been said. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
