import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeOnSignals, openPaymentProcessor, type CloseOnSignalsOptions } from 'bursar'
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
 *     serves    an HTTP server, to be closed first, has a request under way that pays after the signal
 *     rejects   what is to be done first rejects
 *     throws    what is to be done first throws
 *     hangs     what is to be done first never ends
 */
const [path, how, deadlineMs] = process.argv.slice(2)
const PAYMENTS = 500
const outcomes: Record<string, number> = {}
const server = createServer()

const store = gatedStore(sqliteStore({ path: path! }))
const processor = await openPaymentProcessor({ store })
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000_000n })
const stopListening = closeOnSignals(processor, { ...beforeOf(how), deadlineMs: Number(deadlineMs) })
if (how === 'deaf') stopListening()
if (how === 'stuck' || how === 'lingers' || how === 'deaf') setInterval(() => undefined, 1_000)
if (how === 'stuck') store.hold('commit')
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.prependListener(signal, () => say('signalled'))
if (how === 'deaf') process.removeAllListeners('SIGTERM')

for (let number = 0; number < PAYMENTS; number++) void pay(`order ${number}`)
if (how === 'serves') await serve()
process.on('warning', ({ name }) => count(name))
process.on('exit', () => say(JSON.stringify(outcomes)))
say('ready')

function pay(idempotencyKey: string): Promise<void> {
  return processor.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey }).then(
    () => count('answered'),
    (error: Error) => count(error.name)
  )
}

function beforeOf(how: string | undefined): CloseOnSignalsOptions {
  const actions: Readonly<Record<string, () => unknown>> = {
    serves: () => new Promise(resolve => server.close(resolve)),
    rejects: () => Promise.reject(new Error('cannot be prepared')),
    throws() {
      throw new Error('cannot be prepared')
    },
    hangs: () => new Promise(() => undefined)
  }
  const action = actions[how!]
  if (action === undefined) return {}
  const before = (signal: NodeJS.Signals) => {
    count(`before ${signal}`)
    return action()
  }
  return { before }
}

/** Resolves when a request has come in. Its payment is made some turns after the signal. */
async function serve(): Promise<void> {
  server.on('request', (_, response) => void answer(response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  get({ host: '127.0.0.1', port }, response => response.resume().once('end', () => count('served')))
  await once(server, 'request')
}

async function answer(response: ServerResponse): Promise<void> {
  await once(process, 'SIGTERM')
  for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
  await pay('over HTTP')
  response.setHeader('connection', 'close').end()
}

function count(outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}

/** Written at once: what was said before the end of the process has been said. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
