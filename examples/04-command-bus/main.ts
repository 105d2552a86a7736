import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openPaymentProcessor } from 'bursar'
import { paymentHandler } from './payment-handler.js'

const processor = await openPaymentProcessor()
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 50_00n })

const handler = paymentHandler(processor)
const server = createServer((request, response) => {
  handler(request, response).catch((error: unknown) => response.destroy(error as Error))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

// From here on, the client: it knows nothing but HTTP and JSON.
async function post(idempotencyKey: string | undefined, command: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/commands`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey })
    },
    body: JSON.stringify(command)
  })
  const { message, code, replayed } = (await response.json()) as Record<string, unknown>
  console.log(
    response.status,
    idempotencyKey ?? 'no key',
    replayed === true ? `${String(message)} (replayed)` : (code ?? message)
  )
}

const payment = { type: 'ProcessPayment', accountId: 'alice', amount: '2000' }
await post('order-1', payment)
await post('order-1', payment)
await post('order-1', { ...payment, amount: '2001' })
await post('order-2', { ...payment, amount: '9999' })
await post('order-3', { ...payment, amount: '12.50' })
await post('order-4', { ...payment, accountId: 'mallory' })
await post('order-5', { ...payment, type: 'PrintMoney' })
await post(undefined, payment)
await post('salary', { type: 'Deposit', accountId: 'alice', amount: '100000' })

// Shutting down: first no new requests, then no new commands. Whoever was accepted has been answered.
server.close()
await once(server, 'close')
console.log('alice has', (await processor.getBalance('alice')).posted)
await processor.close()
