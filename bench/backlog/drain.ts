import { openPaymentProcessor, type PaymentResult, type Store } from 'bursar'

const ACCOUNTS = 1_000
const INITIAL_BALANCE = 1_000_000_000n

export interface Drained {
  readonly commands: number
  /** From the first call until all calls were made, none of them executed yet. */
  readonly queuedMs: number
  /** From then to the last answer. */
  readonly drainedMs: number
  /** What a queued command holds: itself, its promise, its place in the queue, and the caller's request. */
  readonly heapBytesPerCommand: number
}

/** Queues a number of payments at once, waits for all answers and checks the books. Wants `--expose-gc`. */
export async function drain(store: Store, commands: number): Promise<Drained> {
  const processor = await openPaymentProcessor({ store, maxQueueLength: commands })
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => `account-${index}`)
  const initialBalance = INITIAL_BALANCE
  await Promise.all(accounts.map(accountId => processor.createAccount({ accountId, currency: 'USD', initialBalance })))
  const answers: Promise<PaymentResult>[] = new Array<Promise<PaymentResult>>(commands)
  const heapBefore = heapAfterCollection()
  const started = performance.now()
  for (let command = 0; command < commands; command++) {
    const accountId = accounts[command % ACCOUNTS]!
    answers[command] = processor.processPayment({ accountId, amount: 1n, idempotencyKey: `order-${command}` })
  }
  const queued = performance.now()
  const heapBytesPerCommand = (heapAfterCollection() - heapBefore) / commands
  const drainFrom = performance.now()
  const results = await Promise.all(answers)
  const drainedMs = performance.now() - drainFrom
  const approved = results.filter(({ success }) => success).length
  const received = (await processor.getBalance('@settlement')).posted
  await processor.close()
  if (approved !== commands || received !== BigInt(commands)) {
    throw new Error(`Wrong books: expected ${commands} payments, got ${approved} approved and ${received} received.`)
  }
  return { commands, queuedMs: queued - started, drainedMs, heapBytesPerCommand }
}

function heapAfterCollection(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
