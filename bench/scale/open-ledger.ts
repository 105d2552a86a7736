import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'

/** With keys that live for ever, so that all of them are in the index: a ledger does not get larger than that. */
export function openLedger(path: string): Promise<PaymentProcessor> {
  const forever = Number.MAX_SAFE_INTEGER
  return openPaymentProcessor({
    store: sqliteStore({ path }),
    idempotency: { answerTtlMs: forever, keyTtlMs: forever }
  })
}
