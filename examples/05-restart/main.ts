import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPaymentProcessor, StoreLockedError } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'

const directory = await mkdtemp(join(tmpdir(), 'bursar-example-'))
const path = join(directory, 'payments.db')
const order = { accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-42' } as const

// The first life of the application.
const before = await openPaymentProcessor({ store: sqliteStore({ path }) })
await before.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
const paid = await before.processPayment(order)

// A ledger has one writer. Whoever else opens it is told so, and does no harm.
try {
  await openPaymentProcessor({ store: sqliteStore({ path }) })
} catch (error) {
  if (!(error instanceof StoreLockedError)) throw error
  console.log('second writer:', error.code)
}
await before.close()

// The second life, perhaps days and a new version later: the file is all there is.
const after = await openPaymentProcessor({ store: sqliteStore({ path }) })
const again = await after.processPayment(order)
console.log('same transaction:', paid.transactionId === again.transactionId, '- replayed:', again.replayed)
console.log('posted:', (await after.getBalance('alice')).posted)

for await (const entry of after.journal()) {
  console.log(`${entry.sequence}. ${entry.command.type} ${entry.amount} ${entry.currency}: ${entry.outcome}`)
}
const { ok, entries } = await after.verify()
console.log(`verified ${entries} entries:`, ok ? 'every balance follows from the journal' : 'damaged')

await after.close()
await rm(directory, { recursive: true })
