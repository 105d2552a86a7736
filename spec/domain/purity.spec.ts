import { webcrypto } from 'node:crypto'
import { expect } from 'chai'
import type { Command } from '../../lib/domain/command.js'
import type { Entry } from '../../lib/domain/entry.js'
import { account, HOUR_MS, ledgerOf, NOON, type SmallLedger } from '../support/small-ledger.js'

function opening(): SmallLedger {
  return ledgerOf(account('alice', { posted: 100n }), account('shop'))
}

/** A little of everything: approvals, declines, a refund, holds that are captured, voided and expired. */
function run(ledger: SmallLedger): readonly Entry[] {
  const alice = { accountId: 'alice' } as const
  const hold = (key: string): Command => ({
    type: 'AuthorizePayment',
    ...alice,
    amount: 5n,
    payee: 'shop',
    expiresInMs: HOUR_MS,
    idempotencyKey: key
  })
  const entries: Entry[] = []
  const step = (command: Parameters<SmallLedger['record']>[0], now = NOON): string | null => {
    const entry = ledger.record(command, { now, idSuffix: `suffix-${entries.length}` })
    entries.push(entry)
    return entry.transactionId
  }
  const paid = step({ type: 'ProcessPayment', ...alice, payee: 'shop', amount: 30n, idempotencyKey: 'a' })
  step({ type: 'ProcessPayment', ...alice, amount: 1_000n, idempotencyKey: 'b' })
  step({ type: 'RefundPayment', ...alice, originalTransactionId: paid!, amount: 10n, idempotencyKey: 'c' })
  const [captured, voided, expired] = [step(hold('d')), step(hold('e')), step(hold('f'))]
  step({ type: 'CapturePayment', ...alice, authorizationId: captured!, amount: 4n, idempotencyKey: 'g' })
  step({ type: 'VoidPayment', ...alice, authorizationId: voided!, idempotencyKey: 'h' })
  step({ type: 'ExpireHold', ...alice, authorizationId: expired! }, NOON + HOUR_MS)
  step({
    type: 'CreateAccount',
    accountId: 'bob',
    currency: 'USD',
    initialBalance: 7n,
    overdraftLimit: 0n,
    metadata: {}
  })
  step({ type: 'FreezeAccount', ...alice, direction: 'debits', reason: 'a call', idempotencyKey: 'i' })
  step({ type: 'Deposit', ...alice, amount: 1n, idempotencyKey: 'j' })
  return entries
}

const ACCOUNTS = ['alice', 'shop', 'bob', '@funding:USD', '@settlement:USD']

describe('The pure core', () => {
  it('gives the same entries for the same commands, byte for byte', () => {
    const text = (entries: readonly Entry[]): string =>
      JSON.stringify(entries, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    expect(text(run(opening()))).to.equal(text(run(opening())))
  })

  it('reads no clock and no randomness', () => {
    const { now } = Date
    const { random } = Math
    const randomValues = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(webcrypto), 'getRandomValues')!
    const forbid = (): never => {
      throw new Error('The core asked for something that is not in its arguments.')
    }
    const ledger = opening()
    Date.now = forbid
    Math.random = forbid
    Object.defineProperty(Object.getPrototypeOf(webcrypto), 'getRandomValues', { ...randomValues, value: forbid })
    try {
      expect(run(ledger)).to.have.length(12)
    } finally {
      Date.now = now
      Math.random = random
      Object.defineProperty(Object.getPrototypeOf(webcrypto), 'getRandomValues', randomValues)
    }
  })

  it('changes nothing that it is given', () => {
    const alice = deepFreeze(account('alice', { posted: 100n }))
    const command: Command = deepFreeze({ type: 'ProcessPayment', accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
    expect(ledgerOf(alice).record(command).outcome).to.equal('approved')
    expect(alice.posted).to.equal(100n)
  })

  it('keeps all postings of a currency at a sum of zero', () => {
    const ledger = opening()
    const entries = run(ledger)
    for (const { postings, sequence } of entries) {
      expect(
        postings.reduce((sum, { amount }) => sum + amount, 0n),
        `entry ${sequence}`
      ).to.equal(0n)
    }
    const total = ACCOUNTS.reduce((sum, id) => sum + (ledger.account(id)?.posted ?? 0n), 0n)
    expect(total).to.equal(100n)
  })
})

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object)
  return Object.freeze(value)
}
