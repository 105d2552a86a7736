import { writeFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { numberedPayment, openPayers } from './numbered-payments.js'

/**
 * A process of its own that owns a ledger, to be killed. It obeys the lines of its standard input: `open` takes the
 * ledger and answers `opened`, or `refused` with the name of the error; `pay <number>` pays numbered payments from there
 * on, many at once, until the ledger is closed, and says each one on a line as soon as it was answered; `jump <ms>` sets
 * the clock ahead; `close` closes the ledger and answers `closed`. After the hundredth payment it makes a file beside the ledger, `<path>.paying`.
 */
const CALLERS = 40
const path = process.argv[2]!
let processor: PaymentProcessor | undefined
let answered = 0
let aheadMs = 0
const clock = { now: () => Date.now() + aheadMs }

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, number] = line.split(' ')
  if (verb === 'open') await open().catch((error: Error) => say(`refused ${error.name}`))
  if (verb === 'pay') payFrom(Number(number))
  if (verb === 'jump') aheadMs += Number(number)
  if (verb === 'close') {
    await processor!.close()
    say('closed')
  }
}

async function open(): Promise<void> {
  processor = await openPaymentProcessor({ store: sqliteStore({ path }), clock })
  if ((await processor.getTransactionCount()) === 0) await openPayers(processor)
  say('opened')
}

function payFrom(first: number): void {
  let next = first
  for (let caller = 0; caller < CALLERS; caller++) {
    void (async () => {
      while (processor!.status === 'ready') await pay(next++)
    })()
  }
}

async function pay(number: number): Promise<void> {
  const result = await processor!.processPayment(numberedPayment(number))
  if (result.success) say(`${number} ${result.transactionId}`)
  if (++answered === 100) writeFileSync(`${path}.paying`, '')
}

/** Written at once, however slow the reader: what was said before the end of the process has been said. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
