import { expect } from 'chai'
import {
  memoryStore,
  openPaymentProcessor,
  OutcomeUnknownError,
  ProcessorClosedError,
  ProcessorFailedError,
  StoreUnsupportedError,
  WriterFencedError,
  type PaymentProcessor,
  type Store
} from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { doubtfulStore } from '../support/doubtful-store.js'
import { approval, collect, quiescence, rejectionOf } from '../support/expectations.js'
import { gatedStore } from '../support/gated-store.js'

const STATES = ['ready', 'draining', 'closing', 'closed', 'failed', 'fenced'] as const
type State = (typeof STATES)[number]

/** What a call comes to: an answer at once, an answer when the work before it is done, an error, or a plain value. */
type Outcome = 'answers' | 'waits' | Refusal | string | number
type Refusal =
  typeof ProcessorClosedError | typeof ProcessorFailedError | typeof StoreUnsupportedError | typeof WriterFencedError

/** What a processor has behind it before a call. */
interface Made {
  readonly paymentId: string
  readonly holdId: string
}

interface Row extends Readonly<Record<State, Outcome>> {
  readonly call: (bursar: PaymentProcessor, made: Made) => unknown
}

const CLOSED = ProcessorClosedError
const FAILED = ProcessorFailedError
const FENCED = WriterFencedError
const SERVED = {
  ready: 'answers',
  draining: 'waits',
  closing: CLOSED,
  closed: CLOSED,
  failed: FAILED,
  fenced: FENCED
} as const
const always = (outcome: Outcome) => ({
  ready: outcome,
  draining: outcome,
  closing: outcome,
  closed: outcome,
  failed: outcome,
  fenced: outcome
})
const request = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

/** Every public method and property in every state. A new member of the interface needs a row here to compile. */
const MATRIX: Readonly<Record<keyof PaymentProcessor, Row>> = {
  createAccount: { ...SERVED, call: b => b.createAccount({ accountId: 'bob', currency: 'USD' }) },
  processPayment: { ...SERVED, call: b => b.processPayment(request) },
  refundPayment: {
    ...SERVED,
    call: (b, { paymentId }) => b.refundPayment({ ...request, originalTransactionId: paymentId })
  },
  deposit: { ...SERVED, call: b => b.deposit(request) },
  transfer: { ...SERVED, call: b => b.transfer({ ...request, to: 'shop' }) },
  authorizePayment: { ...SERVED, call: b => b.authorizePayment(request) },
  capturePayment: { ...SERVED, call: (b, { holdId }) => b.capturePayment({ ...request, authorizationId: holdId }) },
  voidPayment: {
    ...SERVED,
    call: (b, { holdId }) => b.voidPayment({ accountId: 'alice', authorizationId: holdId, idempotencyKey: 'k' })
  },
  postTransaction: {
    ...SERVED,
    call: b =>
      b.postTransaction({
        accountId: 'alice',
        legs: [{ from: 'alice', to: 'shop', amount: 1n, currency: 'USD' }],
        idempotencyKey: 'k'
      })
  },
  setAccountLimits: {
    ...SERVED,
    call: b => b.setAccountLimits({ accountId: 'alice', overdraftLimit: 5n, idempotencyKey: 'k' })
  },
  freezeAccount: {
    ...SERVED,
    call: b => b.freezeAccount({ accountId: 'alice', direction: 'all', reason: 'a call', idempotencyKey: 'k' })
  },
  unfreezeAccount: { ...SERVED, call: b => b.unfreezeAccount({ accountId: 'alice', idempotencyKey: 'k' }) },
  closeAccount: { ...SERVED, call: b => b.closeAccount({ accountId: 'shop', idempotencyKey: 'k' }) },
  setKeyLifetimes: {
    ...SERVED,
    call: b => b.setKeyLifetimes({ keyTtlMs: 1_000, actor: 'ops', reason: 'less disk', idempotencyKey: 'k' })
  },
  submit: { ...SERVED, call: b => b.submit({ ...request, type: 'Deposit' }) },
  getAccount: { ...SERVED, call: b => b.getAccount('alice') },
  getBalance: { ...SERVED, call: b => b.getBalance('alice') },
  getTransaction: { ...SERVED, call: (b, { paymentId }) => b.getTransaction(paymentId) },
  getTransactionCount: { ...SERVED, call: b => b.getTransactionCount() },
  listTransactions: { ...SERVED, call: b => collect(b.listTransactions()) },
  getKeyLifetimes: { ...SERVED, call: b => b.getKeyLifetimes() },
  journal: { ...SERVED, call: b => collect(b.journal()) },
  deadLetters: { ...SERVED, call: b => collect(b.deadLetters.list()) },
  verify: { ...SERVED, call: b => b.verify() },
  checkpoint: { ...SERVED, call: b => b.checkpoint() },
  // These processors are in memory, which has no file; the states of one with a file are in backup.spec.ts.
  backup: { ...always(StoreUnsupportedError), call: b => b.backup('copy.db') },
  status: {
    ready: 'ready',
    draining: 'ready',
    closing: 'closing',
    closed: 'closed',
    failed: 'failed',
    fenced: 'fenced',
    call: b => b.status
  },
  on: { ...always('function'), call: b => typeof b.on('clock:jumped', () => undefined) },
  confirmClock: { ...always('undefined'), call: b => typeof b.confirmClock() },
  clock: { ...always('boolean'), call: b => typeof b.clock.trusted },
  queueLength: { ready: 0, draining: 1, closing: 1, closed: 0, failed: 0, fenced: 0, call: b => b.queueLength },
  onIdle: {
    ready: 'answers',
    draining: 'waits',
    closing: 'waits',
    closed: 'answers',
    failed: 'answers',
    fenced: 'answers',
    call: b => b.onIdle()
  },
  close: {
    ready: 'answers',
    draining: 'waits',
    closing: 'waits',
    closed: 'answers',
    failed: 'answers',
    fenced: 'answers',
    call: b => b.close()
  },
  abort: {
    ready: 'answers',
    draining: 'waits',
    closing: 'waits',
    closed: 'answers',
    failed: 'answers',
    fenced: 'answers',
    call: b => b.abort()
  },
  [Symbol.asyncDispose]: {
    ready: 'answers',
    draining: 'waits',
    closing: 'waits',
    closed: 'answers',
    failed: 'answers',
    fenced: 'answers',
    call: b => b[Symbol.asyncDispose]()
  }
}

interface Arranged {
  readonly bursar: PaymentProcessor
  readonly store: Store
  readonly made: Made
  /** Lets the work that keeps the processor in its state come to its end. */
  finish(): Promise<void>
}

/** What stands before the processor must answer as it does. */
const FACES: Readonly<Record<string, (processor: PaymentProcessor) => PaymentProcessor>> = {
  '': processor => processor,
  ' of an instrumented processor': processor => instrument(processor)
}

/** Brings a processor with one payment and one open hold behind it into a state. */
async function arrange(state: State, face = FACES['']!): Promise<Arranged> {
  const doubtful = doubtfulStore(memoryStore())
  const store = gatedStore(doubtful)
  const bursar = face(await openPaymentProcessor({ store }))
  await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
  await bursar.createAccount({ accountId: 'shop', currency: 'USD' })
  const { transactionId: paymentId } = await approval(bursar.processPayment({ ...request, idempotencyKey: 'paid' }))
  const { transactionId: holdId } = await approval(bursar.authorizePayment({ ...request, idempotencyKey: 'held' }))
  const arranged = { bursar, store, made: { paymentId, holdId }, finish: () => bursar.close() }
  switch (state) {
    case 'ready':
      return arranged
    case 'draining':
    case 'closing': {
      const gate = store.hold('commit')
      const underWay = bursar.deposit({ ...request, idempotencyKey: 'under way' }).catch(() => undefined)
      await gate.reached
      if (state === 'closing') void bursar.close()
      return {
        ...arranged,
        async finish() {
          gate.open()
          await underWay
          await bursar.close()
        }
      }
    }
    case 'closed':
      await bursar.close()
      return arranged
    case 'failed':
      doubtful.doubtCommits('landed')
      await rejectionOf(bursar.deposit({ ...request, idempotencyKey: 'in doubt' }), OutcomeUnknownError)
      return arranged
    case 'fenced':
      doubtful.fence()
      await rejectionOf(bursar.deposit({ ...request, idempotencyKey: 'too late' }), WriterFencedError)
      return arranged
    default:
      return state satisfies never
  }
}

for (const [title, face] of Object.entries(FACES)) {
  describe(`Every public method${title} in every state`, () => {
    for (const member of Reflect.ownKeys(MATRIX) as (keyof PaymentProcessor)[]) {
      for (const state of STATES) {
        const outcome = MATRIX[member][state]
        const expected = typeof outcome === 'function' ? `rejects with ${outcome.name}` : String(outcome)
        it(`${String(member)} while ${state}: ${expected}`, () => expectOutcome(member, outcome, arrange(state, face)))
      }
    }
  })
}

async function expectOutcome(member: keyof PaymentProcessor, outcome: Outcome, arranged: Promise<Arranged>) {
  const { bursar, made, finish } = await arranged
  const result = MATRIX[member].call(bursar, made)
  if (!(result instanceof Promise)) {
    expect(result).to.equal(outcome)
    return finish()
  }
  let settlement = 'pending'
  const answered = (result as Promise<unknown>).then(
    () => (settlement = 'resolved'),
    (error: unknown) => (settlement = error instanceof Error ? error.name : 'rejected')
  )
  await quiescence()
  const atFirst = settlement
  await finish()
  await answered
  if (typeof outcome === 'function') expect([atFirst, settlement]).to.deep.equal([outcome.name, outcome.name])
  else expect([atFirst, settlement]).to.deep.equal([outcome === 'waits' ? 'pending' : 'resolved', 'resolved'])
}

describe('A processor that has failed or been fenced', () => {
  for (const state of ['failed', 'fenced'] as const) {
    it(`close() on a ${state} processor releases the store, and then everything rejects as closed`, async () => {
      const { bursar, store, made } = await arrange(state)
      await bursar.close()
      expect(bursar.status).to.equal('closed')
      for (const { call, closed } of Object.values(MATRIX)) {
        if (closed === CLOSED) await rejectionOf(call(bursar, made) as Promise<unknown>, ProcessorClosedError)
      }
      await (await openPaymentProcessor({ store })).close()
    })
  }
})
