import { expect } from 'chai'
import type { CreateAccount } from '../../lib/domain/command.js'
import { AMOUNT_MAX } from '../../lib/domain/money.js'
import { account, HOUR_MS, ledgerOf, NOON, rejectionIn } from '../support/small-ledger.js'

const create: CreateAccount = {
  type: 'CreateAccount',
  accountId: 'alice',
  currency: 'USD',
  initialBalance: 100n,
  overdraftLimit: 0n,
  metadata: { tier: 'gold' }
}

describe('Deciding the creation of accounts', () => {
  it('posts the opening balance from the funding account in the same entry', () => {
    const ledger = ledgerOf()
    const entry = ledger.record(create)
    expect(entry).to.include({ outcome: 'approved', amount: 100n, currency: 'USD', transactionId: null })
    expect(entry.postings).to.deep.equal([
      { accountId: '@funding:USD', currency: 'USD', amount: -100n, balanceAfter: -100n },
      { accountId: 'alice', currency: 'USD', amount: 100n, balanceAfter: 100n }
    ])
    expect(ledger.account('alice')).to.include({ posted: 100n, held: 0n, createdAt: NOON, createdSequence: 1 })
    expect(ledger.account('alice')?.metadata).to.deep.equal({ tier: 'gold' })
    expect(ledger.account('@funding:USD')?.posted).to.equal(-100n)
  })

  it('moves nothing for an account that starts empty', () => {
    const ledger = ledgerOf()
    expect(ledger.record({ ...create, initialBalance: 0n }).postings).to.deep.equal([])
    expect(ledger.account('alice')?.posted).to.equal(0n)
  })

  it('rejects an id that exists, without an entry', () => {
    const error = rejectionIn(ledgerOf(account('alice')).when(create))
    expect(error).to.include({ name: 'AccountAlreadyExistsError', accountId: 'alice' })
  })

  it('declines an opening balance that the funding account cannot express, and creates nothing', () => {
    const ledger = ledgerOf(account('@funding:USD', { posted: -AMOUNT_MAX }))
    expect(ledger.record({ ...create, initialBalance: 1n })).to.include({
      outcome: 'declined',
      code: 'amount_overflow'
    })
    expect(ledger.account('alice')).to.equal(undefined)
  })

  it('replays a creation under the same key, as the account was then', () => {
    const ledger = ledgerOf()
    const keyed = { ...create, idempotencyKey: 'k' }
    const entry = ledger.record(keyed)
    ledger.amend('alice', { posted: 1n })
    expect(ledger.when(keyed, { now: NOON + HOUR_MS })).to.deep.equal({ kind: 'replay', entry })
  })

  for (const [field, other] of [
    ['initialBalance', { initialBalance: 1n }],
    ['overdraftLimit', { overdraftLimit: 1n }],
    ['currency', { currency: 'EUR' }]
  ] as const) {
    it(`refuses a key reused for a creation with another ${field}`, () => {
      const ledger = ledgerOf()
      ledger.record({ ...create, idempotencyKey: 'k' })
      const error = rejectionIn(ledger.when({ ...create, ...other, idempotencyKey: 'k' }))
      expect(error).to.deep.include({ name: 'IdempotencyConflictError', fields: [field] })
    })
  }
})
