import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'

/** A program of its own: opens the ledger named as its argument, says how that went, and closes at the end of input. */
const [, , path = ''] = process.argv
try {
  await using _bursar = await openPaymentProcessor({ store: sqliteStore({ path }) })
  process.stdout.write('opened\n')
  for await (const _ of process.stdin);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.name : 'unknown'}\n`)
}
