import { expect } from 'chai'
import type { Command } from '../../lib/domain/command.js'
import type { IdempotencyConflictError } from '../../lib/domain/errors.js'
import { FOR_EVER, type RecordedLifetimes } from '../../lib/domain/key-lifetimes.js'
import { account, HOUR_MS, ledgerOf, NOON, rejectionIn, type SmallLedger } from '../support/small-ledger.js'

const DAY_MS = 24 * HOUR_MS
const payment = { type: 'ProcessPayment', accountId: 'alice', amount: 40n, idempotencyKey: 'k' } as const

function rich(): SmallLedger {
  return ledgerOf(account('alice', { posted: 100n }), account('bob', { posted: 100n }), account('shop'))
}

describe('Deciding what an idempotency key remembers', () => {
  for (const [title, state] of [
    ['frozen', { frozen: 'all' }],
    ['closed', { closed: true }],
    ['emptied', { posted: 0n }]
  ] as const) {
    it(`replays a success although the account has since been ${title}: the key comes before any rule`, () => {
      const ledger = rich()
      const entry = ledger.record(payment)
      ledger.amend('alice', state)
      expect(ledger.when(payment, { now: NOON + HOUR_MS })).to.deep.equal({ kind: 'replay', entry })
    })
  }

  it('keeps the keys of two accounts apart', () => {
    const ledger = rich()
    ledger.record(payment)
    expect(ledger.record({ ...payment, accountId: 'bob' })).to.include({ outcome: 'approved', attempt: 1 })
  })

  const refund = {
    type: 'RefundPayment',
    accountId: 'alice',
    idempotencyKey: 'k',
    originalTransactionId: 'txn_1'
  } as const
  const conflicts: readonly (readonly [first: Command, second: Command, fields: readonly string[]])[] = [
    [payment, { ...payment, amount: 41n }, ['amount']],
    [payment, { ...payment, currency: 'EUR' }, ['currency']],
    [payment, { ...payment, payee: 'shop' }, ['payee']],
    [payment, { ...payment, amount: 41n, payee: 'shop' }, ['amount', 'payee']],
    [payment, { type: 'Deposit', accountId: 'alice', amount: 40n, idempotencyKey: 'k' }, ['type']],
    [payment, { type: 'Deposit', accountId: 'alice', amount: 1n, idempotencyKey: 'k' }, ['type', 'amount']],
    [
      { type: 'Transfer', accountId: 'alice', to: 'bob', amount: 1n, idempotencyKey: 'k' },
      { type: 'Transfer', accountId: 'alice', to: 'shop', amount: 1n, idempotencyKey: 'k' },
      ['to']
    ]
  ]

  for (const [first, second, fields] of conflicts) {
    it(`refuses a key reused with another ${fields.join(' and ')}, and names it`, () => {
      const ledger = rich()
      const { transactionId } = ledger.record(first)
      const error = rejectionIn(ledger.when(second)) as IdempotencyConflictError
      expect(error).to.include({ name: 'IdempotencyConflictError', idempotencyKey: 'k', transactionId })
      expect(error.fields).to.have.members(fields)
    })
  }

  for (const [title, first, second, fields] of [
    [
      'another original',
      { ...refund, amount: 1n },
      { ...refund, amount: 1n, originalTransactionId: 'other' },
      'originalTransactionId'
    ],
    ['an amount where none was named', refund, { ...refund, amount: 40n }, 'amount']
  ] as const) {
    it(`refuses a refund key reused with ${title}`, () => {
      const ledger = rich()
      const originalTransactionId = ledger.record({ ...payment, idempotencyKey: 'pay' }).transactionId!
      ledger.record({ ...first, originalTransactionId })
      const again = second.originalTransactionId === 'other' ? second : { ...second, originalTransactionId }
      expect((rejectionIn(ledger.when(again)) as IdempotencyConflictError).fields).to.deep.equal([fields])
    })
  }

  const sameMeaning: readonly (readonly [title: string, command: Command])[] = [
    ['its currency spelled out', { ...payment, currency: 'USD' }],
    ['the settlement account spelled out', { ...payment, payee: '@settlement' }],
    ['the settlement account of its currency spelled out', { ...payment, payee: '@settlement:USD' }],
    ['other metadata', { ...payment, metadata: { order: '42' } }],
    ['another wish about declines', { ...payment, onDecline: 'keep' }]
  ]

  for (const [title, command] of sameMeaning) {
    it(`recognises a request with ${title} as the same`, () => {
      const ledger = rich()
      const entry = ledger.record(payment)
      expect(ledger.when(command)).to.deep.equal({ kind: 'replay', entry })
    })
  }

  const poor = { ...payment, amount: 101n } as const

  it('lets a decline try again under its key, and counts the attempts', () => {
    const ledger = rich()
    expect(ledger.record(poor)).to.include({ outcome: 'declined', attempt: 1 })
    expect(ledger.record(poor)).to.include({ outcome: 'declined', attempt: 2 })
    ledger.amend('alice', { posted: 101n })
    const entry = ledger.record(poor)
    expect(entry).to.include({ outcome: 'approved', attempt: 3 })
    expect(ledger.when(poor)).to.deep.equal({ kind: 'replay', entry })
  })

  it('binds a key to its request even when the request was declined', () => {
    const ledger = rich()
    ledger.record(poor)
    const error = rejectionIn(ledger.when({ ...poor, amount: 1n })) as IdempotencyConflictError
    expect(error).to.deep.include({ name: 'IdempotencyConflictError', fields: ['amount'], transactionId: null })
  })

  it('pins a decline that the caller wants kept', () => {
    const ledger = rich()
    const entry = ledger.record({ ...poor, onDecline: 'keep' })
    ledger.amend('alice', { posted: 101n })
    expect(ledger.when({ ...poor, onDecline: 'keep' })).to.deep.equal({ kind: 'replay', entry })
  })

  it('never turns a refused attempt into an answer: asking again is refused again', () => {
    const ledger = rich()
    const { transactionId } = ledger.record({ ...payment, idempotencyKey: 'pay' })
    const probe = { ...refund, accountId: 'bob', originalTransactionId: transactionId! }
    for (const attempt of ['first', 'second']) {
      const decision = ledger.when(probe)
      const error =
        decision.kind === 'record' ? decision.refusal : decision.kind === 'reject' ? decision.error : decision
      expect(error, `${attempt} attempt`).to.include({ name: 'TransactionNotFoundError' })
    }
  })

  const LIFETIMES = { answerTtlMs: DAY_MS, keyTtlMs: 30 * DAY_MS, forgottenBefore: 0 }
  const ages: readonly (readonly [ageMs: number, lifetimes: RecordedLifetimes, then: string])[] = [
    [0, FOR_EVER, 'replay'],
    [40 * DAY_MS, FOR_EVER, 'replay'],
    [0, LIFETIMES, 'replay'],
    [DAY_MS - 1, LIFETIMES, 'replay'],
    [DAY_MS, LIFETIMES, 'IdempotencyKeyExpiredError'],
    [30 * DAY_MS - 1, LIFETIMES, 'IdempotencyKeyExpiredError'],
    [30 * DAY_MS, LIFETIMES, 'record'],
    [40 * DAY_MS, { ...FOR_EVER, forgottenBefore: NOON }, 'replay'],
    [40 * DAY_MS, { ...FOR_EVER, forgottenBefore: NOON + 1 }, 'record']
  ]

  for (const [ageMs, lifetimes, then] of ages) {
    it(`answers ${then} after ${ageMs} ms, with lifetimes ${JSON.stringify(lifetimes)}`, () => {
      const ledger = rich()
      const { transactionId } = ledger.record(payment)
      const decision = ledger.when(payment, { now: NOON + ageMs, lifetimes })
      expect(decision.kind === 'reject' ? decision.error.name : decision.kind).to.equal(then)
      if (decision.kind === 'reject') expect(decision.error).to.include({ transactionId })
      if (decision.kind === 'record') expect(decision.entry).to.include({ outcome: 'approved', attempt: 1 })
    })
  }

  it('still knows a conflict from an expired answer', () => {
    const ledger = rich()
    ledger.record(payment)
    const error = rejectionIn(ledger.when({ ...payment, amount: 1n }, { now: NOON + 2 * DAY_MS, lifetimes: LIFETIMES }))
    expect(error).to.include({ name: 'IdempotencyConflictError' })
  })
})
