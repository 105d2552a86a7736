import { openPaymentProcessor } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { serveMetrics } from './serve-metrics.js'

const metrics = await serveMetrics()
const { meterProvider } = metrics
const processor = instrument(await openPaymentProcessor(), { meterProvider, attributes: { ledger: 'shop' } })

await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
const order = { accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-1' }
await processor.processPayment(order)
// Asked again, asked for something else under the same key, and asked for too much.
await processor.processPayment(order)
await processor.processPayment({ ...order, amount: 26_00n }).catch(() => undefined)
await processor.processPayment({ ...order, amount: 500_00n, idempotencyKey: 'order-2' })

// From here on, what Prometheus does every few seconds.
const response = await fetch(metrics.url)
const page = await response.text()
const wanted = /^(bursar_command_results_total|bursar_queue_length|bursar_journal_head|bursar_commit_size_sum)/
for (const line of page.split('\n').filter(text => wanted.test(text))) console.log(line)

await processor.close()
await metrics.close()
