import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'

export function openLedger(path: string): Promise<PaymentProcessor> {
  return openPaymentProcessor({ store: sqliteStore({ path }) })
}
