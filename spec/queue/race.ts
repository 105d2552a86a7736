import { openPaymentProcessor, memoryStore, type Balance, type PaymentProcessor, type PaymentResult } from 'bursar'
import type { Scheduler } from 'fast-check'
import { scheduledStore, type ScheduledStore } from '../support/scheduled-store.js'

/** What one caller does, one thing after the other, without waiting for answers. */
export type Action =
  | {
      readonly kind: 'pay' | 'deposit' | 'transfer'
      readonly accountId: string
      readonly amount: bigint
      readonly key: string
      /** Which of the signals may cancel it. */
      readonly signal?: number
    }
  | { readonly kind: 'read'; readonly accountId: string }
  | { readonly kind: 'cancel'; readonly signal: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'abort' }

/** A call, from its submission to its end. */
export interface Call {
  readonly action: Action
  readonly place: number
  outcome: PromiseSettledResult<PaymentResult | Balance | void> | undefined
  /** What the store had confirmed when the answer came. */
  confirmed: number
  /** How many calls had been made when the answer came. */
  endedAt: number
}

export interface Race {
  readonly calls: readonly Call[]
  readonly store: ScheduledStore
  readonly processor: PaymentProcessor
}

/** How often everything that can go on is let go on, until a call without an answer counts as forgotten. */
const ROUNDS_MAX = 50

export const OPENING_BALANCES: Readonly<Record<string, bigint>> = { alice: 20n, bob: 10n }

/** Lets callers act in an order of the scheduler's, while the store answers in an order of the scheduler's. */
export async function run(scheduler: Scheduler, callers: readonly (readonly Action[])[]): Promise<Race> {
  const inner = memoryStore()
  const founder = await openPaymentProcessor({ store: inner })
  for (const [accountId, initialBalance] of Object.entries(OPENING_BALANCES)) {
    await founder.createAccount({ accountId, currency: 'USD', initialBalance })
  }
  await founder.close()

  const store = scheduledStore(inner, scheduler)
  const processor = await scheduler.waitFor(openPaymentProcessor({ store }))
  const signals = [new AbortController(), new AbortController()]
  const calls: Call[] = []
  const acting = callers.map(async (actions, caller) => {
    for (const action of actions) {
      await scheduler.schedule(Promise.resolve(), `caller ${caller}: ${action.kind}`)
      start(action)
    }
  })
  await scheduler.waitFor(Promise.all(acting))
  start({ kind: 'close' })
  for (let round = 0; round < ROUNDS_MAX && calls.some(({ outcome }) => outcome === undefined); round++) {
    await scheduler.waitIdle()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { calls, store, processor }

  function start(action: Action): void {
    if (action.kind === 'cancel') {
      signals[action.signal]!.abort(new Error('no longer wanted'))
      return
    }
    const call: Call = { action, place: calls.length, outcome: undefined, confirmed: 0, endedAt: Infinity }
    calls.push(call)
    const end = (outcome: NonNullable<Call['outcome']>) =>
      Object.assign(call, { outcome, confirmed: store.confirmed, endedAt: calls.length })
    promiseOf(processor, action, signals).then(
      value => end({ status: 'fulfilled', value }),
      (reason: unknown) => end({ status: 'rejected', reason })
    )
  }
}

function promiseOf(
  processor: PaymentProcessor,
  action: Exclude<Action, { kind: 'cancel' }>,
  signals: readonly AbortController[]
): Promise<PaymentResult | Balance | void> {
  switch (action.kind) {
    case 'read':
      return processor.getBalance(action.accountId)
    case 'close':
      return processor.close()
    case 'abort':
      return processor.abort(new Error('enough'))
    default: {
      const { accountId, amount, key: idempotencyKey } = action
      const request = { accountId, amount, idempotencyKey }
      const options = action.signal === undefined ? {} : { signal: signals[action.signal]!.signal }
      if (action.kind === 'pay') return processor.processPayment(request, options)
      if (action.kind === 'deposit') return processor.deposit(request, options)
      return processor.transfer({ ...request, to: accountId === 'alice' ? 'bob' : 'alice' }, options)
    }
  }
}
