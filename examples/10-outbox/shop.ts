import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { Receipts } from './receipts.js'

/** One life of the application: takes payments, and writes receipts as they become durable. */
const [, , directory = '.', orderToDieAt] = process.argv

const processor = await openPaymentProcessor({ store: sqliteStore({ path: join(directory, 'payments.db') }) })
const receipts = new Receipts(join(directory, 'receipts.db'))
say(`cursor at ${receipts.cursor}`)
const following = follow()

// Every life asks for the same. The keys see to it that it happens once.
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 50_00n, idempotencyKey: 'alice' })
for (let order = 1; order <= 6; order++) {
  const amount = order === 4 ? 999_00n : BigInt(order) * 1_00n
  await processor.processPayment({ accountId: 'alice', amount, idempotencyKey: `order-${order}`, onDecline: 'keep' })
}

// Closing ends the feed behind the last entry, so that nothing is left over.
await processor.close()
await following
say(`receipts: ${receipts.list().join(', ')}`)
receipts.close()

async function follow(): Promise<void> {
  for await (const entry of processor.journal({ after: receipts.cursor, follow: true })) {
    receipts.take(entry, receipt => {
      say(receipt)
      // The worst moment: the receipt is written, the cursor is not, and nothing is committed.
      if (receipt.startsWith(`${orderToDieAt}:`)) process.kill(process.pid, 'SIGKILL')
    })
  }
}

/** Written at once: what was said before the end of the process has been said. */
function say(line: string): void {
  writeSync(1, `  ${line}\n`)
}
