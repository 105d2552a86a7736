import { expect } from 'chai'
import type { AccountState } from '../../lib/domain/account.js'
import type { Command } from '../../lib/domain/command.js'
import { DECLINE_CODES, type DeclineCode } from '../../lib/domain/decline.js'
import { AMOUNT_MAX } from '../../lib/domain/money.js'
import { account, ledgerOf } from '../support/small-ledger.js'

const payment = { type: 'ProcessPayment', accountId: 'alice', payee: 'shop', amount: 40n, idempotencyKey: 'k' } as const

/** What makes each rule refuse a payment of Alice's to the shop. */
const breaches: readonly {
  readonly code: DeclineCode
  readonly command?: { readonly payee?: string; readonly currency?: string }
  readonly alice?: Partial<AccountState>
  readonly shop?: Partial<AccountState>
}[] = [
  { code: 'same_account', command: { payee: 'alice' } },
  { code: 'account_closed', alice: { closed: true } },
  { code: 'account_frozen', alice: { frozen: 'debits' } },
  { code: 'currency_mismatch', command: { currency: 'EUR' } },
  { code: 'insufficient_funds', alice: { posted: 0n } },
  { code: 'amount_overflow', shop: { posted: AMOUNT_MAX } }
]

/** What makes each rule refuse a refund of that payment. */
const refundBreaches: readonly {
  readonly code: DeclineCode
  readonly command?: { readonly currency?: string; readonly amount?: bigint }
  readonly alice?: Partial<AccountState>
  readonly shop?: Partial<AccountState>
  readonly original?: 'deposit'
  readonly refundedBefore?: true
}[] = [
  { code: 'account_closed', alice: { closed: true } },
  { code: 'account_frozen', alice: { frozen: 'credits' } },
  { code: 'currency_mismatch', command: { currency: 'EUR' } },
  { code: 'not_refundable', original: 'deposit' },
  { code: 'already_refunded', refundedBefore: true },
  { code: 'refund_exceeds_remaining', command: { amount: 41n } },
  { code: 'payee_insufficient_funds', shop: { posted: 0n } },
  { code: 'amount_overflow', alice: { posted: AMOUNT_MAX } }
]

function documentedFirst(one: DeclineCode, other: DeclineCode): DeclineCode {
  return DECLINE_CODES.indexOf(one) < DECLINE_CODES.indexOf(other) ? one : other
}

describe('The order of the rules', () => {
  for (const [index, one] of breaches.entries()) {
    for (const other of breaches.slice(index + 1)) {
      const first = documentedFirst(one.code, other.code)
      it(`answers ${first} for a payment that breaks ${one.code} and ${other.code}`, () => {
        const ledger = ledgerOf(
          account('alice', { posted: 100n, ...one.alice, ...other.alice }),
          account('shop', { ...one.shop, ...other.shop })
        )
        expect(ledger.record({ ...payment, ...one.command, ...other.command }).code).to.equal(first)
      })
    }
  }

  for (const [index, one] of refundBreaches.entries()) {
    for (const other of refundBreaches.slice(index + 1)) {
      const first = documentedFirst(one.code, other.code)
      it(`answers ${first} for a refund that breaks ${one.code} and ${other.code}`, () => {
        const ledger = ledgerOf(account('alice', { posted: 100n }), account('shop'))
        const deposit: Command = { type: 'Deposit', accountId: 'alice', amount: 40n, idempotencyKey: 'd' }
        const isDeposit = (one.original ?? other.original) === 'deposit'
        const { transactionId } = ledger.record(isDeposit ? deposit : payment)
        const refund: Command = {
          type: 'RefundPayment',
          accountId: 'alice',
          originalTransactionId: transactionId!,
          idempotencyKey: 'r1'
        }
        if (one.refundedBefore ?? other.refundedBefore) ledger.record(refund)
        ledger.amend('alice', { ...one.alice, ...other.alice })
        ledger.amend('shop', { ...one.shop, ...other.shop })
        const again: Command = { ...refund, ...one.command, ...other.command, idempotencyKey: 'r2' }
        expect(ledger.record(again).code).to.equal(first)
      })
    }
  }
})
