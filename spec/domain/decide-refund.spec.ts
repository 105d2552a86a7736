import { expect } from 'chai'
import type { AccountState } from '../../lib/domain/account.js'
import type { Command } from '../../lib/domain/command.js'
import type { DeclineCode } from '../../lib/domain/decline.js'
import { account, ledgerOf, rejectionIn, type SmallLedger } from '../support/small-ledger.js'

const payment = {
  type: 'ProcessPayment',
  accountId: 'alice',
  payee: 'shop',
  amount: 40n,
  idempotencyKey: 'pay'
} as const

/** Alice has paid 40 of her 100 to the shop, which had nothing. */
function afterPayment(): { readonly ledger: SmallLedger; readonly refund: Refund } {
  const ledger = ledgerOf(account('alice', { posted: 100n }), account('shop'), account('mallory'))
  const originalTransactionId = ledger.record(payment).transactionId!
  let count = 0
  return {
    ledger,
    refund: request => ({
      type: 'RefundPayment',
      accountId: 'alice',
      idempotencyKey: `back-${++count}`,
      originalTransactionId,
      ...request
    })
  }
}

type Refund = (request?: {
  amount?: bigint
  accountId?: string
  currency?: string
  originalTransactionId?: string
}) => Command

describe('Deciding refunds', () => {
  it('gives back all that remains when no amount is named, from where the money went', () => {
    const { ledger, refund } = afterPayment()
    const entry = ledger.record(refund())
    expect(entry).to.include({ outcome: 'approved', amount: 40n, refundable: 0n, currency: 'USD' })
    expect(entry.postings).to.deep.equal([
      { accountId: 'shop', currency: 'USD', amount: -40n, balanceAfter: 0n },
      { accountId: 'alice', currency: 'USD', amount: 40n, balanceAfter: 100n }
    ])
  })

  it('counts down what remains over any number of partial refunds', () => {
    const { ledger, refund } = afterPayment()
    const steps = [1n, 9n, 29n].map(amount => ledger.record(refund({ amount })))
    expect(steps.map(entry => entry.refundable)).to.deep.equal([39n, 30n, 1n])
    expect(ledger.record(refund())).to.include({ outcome: 'approved', amount: 1n, refundable: 0n })
    expect(ledger.account('alice')?.posted).to.equal(100n)
  })

  it('declines one unit more than remains, with what remains', () => {
    const { ledger, refund } = afterPayment()
    ledger.record(refund({ amount: 30n }))
    const entry = ledger.record(refund({ amount: 11n }))
    expect(entry).to.include({ outcome: 'declined', code: 'refund_exceeds_remaining', refundable: 10n })
  })

  it('declines every refund after the last: already_refunded, with nothing remaining', () => {
    const { ledger, refund } = afterPayment()
    ledger.record(refund())
    for (const amount of [undefined, 1n, 41n]) {
      const entry = ledger.record(refund(amount === undefined ? {} : { amount }))
      expect(entry).to.include({ outcome: 'declined', code: 'already_refunded', refundable: 0n })
    }
  })

  const standing: readonly (readonly [
    title: string,
    accountId: string,
    state: Partial<AccountState>,
    then: DeclineCode | 'approved'
  ])[] = [
    ['a payee that has spent one unit of it', 'shop', { posted: 39n }, 'payee_insufficient_funds'],
    ['a payee whose overdraft covers what it lacks', 'shop', { posted: 39n, overdraftLimit: 1n }, 'approved'],
    ['a payee that holds one unit of it', 'shop', { held: 1n }, 'payee_insufficient_funds'],
    ['a closed account', 'alice', { closed: true }, 'account_closed'],
    ['a closed payee', 'shop', { posted: 0n, closed: true }, 'account_closed'],
    ['an account frozen for debits', 'alice', { frozen: 'debits' }, 'approved'],
    ['an account frozen for credits', 'alice', { frozen: 'credits' }, 'account_frozen'],
    ['an account frozen entirely', 'alice', { frozen: 'all' }, 'account_frozen']
  ]

  for (const [title, accountId, state, then] of standing) {
    it(`answers ${then} for ${title}`, () => {
      const { ledger, refund } = afterPayment()
      ledger.amend(accountId, state)
      const entry = ledger.record(refund())
      expect(entry.code ?? entry.outcome).to.equal(then)
      expect(entry.postings.length).to.equal(then === 'approved' ? 2 : 0)
    })
  }

  it('declines a refund that names another currency', () => {
    const { ledger, refund } = afterPayment()
    expect(ledger.record(refund({ currency: 'EUR' }))).to.include({ outcome: 'declined', code: 'currency_mismatch' })
  })

  const unsettled: readonly (readonly [title: string, original: (ledger: SmallLedger, refund: Refund) => Command])[] = [
    ['a refund', (_, refund) => refund({ amount: 1n })],
    ['a deposit', () => ({ type: 'Deposit', accountId: 'alice', amount: 5n, idempotencyKey: 'o' })],
    ['a transfer', () => ({ type: 'Transfer', accountId: 'alice', to: 'shop', amount: 5n, idempotencyKey: 'o' })],
    [
      'an authorization, which is voided instead',
      () => ({ type: 'AuthorizePayment', accountId: 'alice', amount: 5n, expiresInMs: 1, idempotencyKey: 'o' })
    ]
  ]

  for (const [title, original] of unsettled) {
    it(`declines the refund of ${title}: not_refundable`, () => {
      const { ledger, refund } = afterPayment()
      const { transactionId } = ledger.record(original(ledger, refund))
      const entry = ledger.record(refund({ originalTransactionId: transactionId! }))
      expect(entry).to.include({ outcome: 'declined', code: 'not_refundable' })
    })
  }

  it('rejects an unknown original without an entry', () => {
    const { ledger, refund } = afterPayment()
    const decision = ledger.when(refund({ originalTransactionId: 'txn_00000000009_nothing' }))
    expect(rejectionIn(decision)).to.include({ name: 'TransactionNotFoundError' })
  })

  it("rejects another account's payment in the same words, and keeps a record of the attempt", () => {
    const { ledger, refund } = afterPayment()
    const command = refund({ accountId: 'mallory', amount: 7n })
    const decision = ledger.when(command)
    if (decision.kind !== 'record') return expect.fail(`Expected an entry, got ${decision.kind}`)
    expect(decision.entry).to.include({ outcome: 'refused', transactionId: null, amount: 7n })
    expect(decision.entry.postings).to.deep.equal([])
    const unknown = ledger.when({ ...command, originalTransactionId: 'txn_unknown' } as Command)
    const sameWords = rejectionIn(unknown).message.replace('txn_unknown', ledger.keyed('alice', 'pay')!.transactionId!)
    expect(decision.refusal).to.include({ name: 'TransactionNotFoundError', message: sameWords })
  })
})
