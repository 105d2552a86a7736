import { openPaymentProcessor, type PaymentProcessor, type PaymentProcessorOptions } from 'bursar'
import { manualClock, type ManualClock } from 'bursar/testing'
import { gatedStore, type GatedStore } from './gated-store.js'
import { LEDGERS, type Ledger } from './stores.js'

/** What a behaviour spec works with: one fresh ledger and one clock for each requirement. */
export interface Scene {
  readonly ledger: Ledger
  readonly clock: ManualClock
  /** Opens the ledger; whatever is still open is closed after the requirement. */
  open(options?: PaymentProcessorOptions): Promise<PaymentProcessor>
  /** Opens the ledger and creates accounts in US dollars with these opening balances, in this order. */
  given(balances: Readonly<Record<string, bigint>>, options?: PaymentProcessorOptions): Promise<PaymentProcessor>
  /** The ledger's store behind gates; gates that are still shut after the requirement are opened. */
  gatedStore(): GatedStore
}

/** Describes a subject once for each store: all of them must behave alike. */
export function describeOnEveryStore(subject: string, specs: (scene: Scene) => void): void {
  for (const { name, create } of LEDGERS) {
    describe(`${subject} (${name} store)`, () => {
      let ledger: Ledger
      let clock: ManualClock
      let opened: PaymentProcessor[]
      let gated: GatedStore[]

      beforeEach(() => {
        ledger = create()
        clock = manualClock()
        opened = []
        gated = []
      })

      afterEach(async () => {
        for (const store of gated) store.openGates()
        for (const processor of opened) await processor.close()
        ledger.dispose()
      })

      const scene: Scene = {
        get ledger() {
          return ledger
        },
        get clock() {
          return clock
        },
        async open(options) {
          const processor = await openPaymentProcessor({ store: ledger.store(), clock, ...options })
          opened.push(processor)
          return processor
        },
        async given(balances, options) {
          const processor = await scene.open(options)
          for (const [accountId, initialBalance] of Object.entries(balances)) {
            await processor.createAccount({ accountId, currency: 'USD', initialBalance })
          }
          return processor
        },
        gatedStore() {
          const store = gatedStore(ledger.store())
          gated.push(store)
          return store
        }
      }
      specs(scene)
    })
  }
}
