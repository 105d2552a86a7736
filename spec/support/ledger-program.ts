import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { accountOfPayment, amountOfPayment, keyOfPayment, PAYERS } from './numbered-payments.js'

/**
 * A process of its own that owns a ledger, to be killed. It obeys the lines of its standard input: `open` takes the
 * ledger and answers `opened`, or `refused` with the name of the error; `pay <number>` pays numbered payments from there on, many at once, for ever, and says
 * each one on a line as soon as it was answered.
 */
const CALLERS = 40
const path = process.argv[2]!
let processor: PaymentProcessor | undefined

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, number] = line.split(' ')
  if (verb === 'open') await open().catch((error: Error) => say(`refused ${error.name}`))
  if (verb === 'pay') payFrom(Number(number))
}

async function open(): Promise<void> {
  processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
  if ((await processor.getTransactionCount()) === 0) {
    for (const accountId of PAYERS) {
      await processor.createAccount({
        accountId,
        currency: 'USD',
        initialBalance: 1_000_000n,
        idempotencyKey: 'opening'
      })
    }
  }
  say('opened')
}

function payFrom(first: number): void {
  let next = first
  for (let caller = 0; caller < CALLERS; caller++) {
    void (async () => {
      for (;;) await pay(next++)
    })()
  }
}

async function pay(number: number): Promise<void> {
  const result = await processor!.processPayment({
    accountId: accountOfPayment(number),
    amount: amountOfPayment(number),
    idempotencyKey: keyOfPayment(number)
  })
  if (result.success) say(`${number} ${result.transactionId}`)
}

/** Written at once: what was said before the end of the process has been said. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
