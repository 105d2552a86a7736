import { expect } from 'chai'
import type { AccountState } from '../../lib/domain/account.js'
import type { Command } from '../../lib/domain/command.js'
import { AMOUNT_MAX } from '../../lib/domain/money.js'
import { account, ledgerOf, rejectionIn } from '../support/small-ledger.js'

const payment = { type: 'ProcessPayment', accountId: 'alice', amount: 40n, idempotencyKey: 'k' } as const
const transfer = { type: 'Transfer', accountId: 'alice', to: 'bob', amount: 40n, idempotencyKey: 'k' } as const
const deposit = { type: 'Deposit', accountId: 'alice', amount: 40n, idempotencyKey: 'k' } as const

describe('Deciding payments, transfers and deposits', () => {
  const approvals: readonly {
    readonly title: string
    readonly given: readonly AccountState[]
    readonly when: Command
    readonly then: readonly (readonly [accountId: string, amount: bigint, balanceAfter: bigint])[]
  }[] = [
    {
      title: 'a payment without a payee goes to the settlement account of its currency',
      given: [account('alice', { posted: 100n })],
      when: payment,
      then: [
        ['alice', -40n, 60n],
        ['@settlement:USD', 40n, 40n]
      ]
    },
    {
      title: 'a payment goes to the named payee',
      given: [account('alice', { posted: 100n }), account('shop', { posted: 5n })],
      when: { ...payment, payee: 'shop' },
      then: [
        ['alice', -40n, 60n],
        ['shop', 40n, 45n]
      ]
    },
    {
      title: 'a payment may take all that is available',
      given: [account('alice', { posted: 40n })],
      when: payment,
      then: [
        ['alice', -40n, 0n],
        ['@settlement:USD', 40n, 40n]
      ]
    },
    {
      title: 'a payment may use the whole overdraft',
      given: [account('alice', { posted: 10n, overdraftLimit: 30n })],
      when: payment,
      then: [
        ['alice', -40n, -30n],
        ['@settlement:USD', 40n, 40n]
      ]
    },
    {
      title: 'a payment may take all that open holds leave',
      given: [account('alice', { posted: 100n, held: 60n })],
      when: payment,
      then: [
        ['alice', -40n, 60n],
        ['@settlement:USD', 40n, 40n]
      ]
    },
    {
      title: 'a transfer moves money between two accounts',
      given: [account('alice', { posted: 100n }), account('bob')],
      when: transfer,
      then: [
        ['alice', -40n, 60n],
        ['bob', 40n, 40n]
      ]
    },
    {
      title: 'a deposit comes out of the funding account',
      given: [account('alice', { posted: 1n }), account('@funding:USD', { posted: -1n })],
      when: deposit,
      then: [
        ['@funding:USD', -40n, -41n],
        ['alice', 40n, 41n]
      ]
    },
    {
      title: 'a deposit reaches an account that is frozen for debits',
      given: [account('alice', { frozen: 'debits' })],
      when: deposit,
      then: [
        ['@funding:USD', -40n, -40n],
        ['alice', 40n, 40n]
      ]
    },
    {
      title: 'a deposit may fill an account to the largest balance there is',
      given: [account('alice', { posted: AMOUNT_MAX - 40n })],
      when: deposit,
      then: [
        ['@funding:USD', -40n, -40n],
        ['alice', 40n, AMOUNT_MAX]
      ]
    }
  ]

  for (const { title, given, when, then } of approvals) {
    it(title, () => {
      const entry = ledgerOf(...given).record(when)
      expect(entry).to.include({ outcome: 'approved', code: null, amount: 40n, currency: 'USD', attempt: 1 })
      expect(
        entry.postings.map(({ accountId, amount, balanceAfter }) => [accountId, amount, balanceAfter])
      ).to.deep.equal(then)
    })
  }

  const rich = account('alice', { posted: 100n })
  const declines: readonly (readonly [title: string, given: readonly AccountState[], when: Command, code: string])[] = [
    ['one unit more than available', [account('alice', { posted: 39n })], payment, 'insufficient_funds'],
    ['one unit more than the overdraft', [account('alice', { overdraftLimit: 39n })], payment, 'insufficient_funds'],
    ['money that a hold reserves', [account('alice', { posted: 100n, held: 61n })], payment, 'insufficient_funds'],
    ['a transfer of more than available', [account('alice'), account('bob')], transfer, 'insufficient_funds'],
    ['a payment to oneself', [rich], { ...payment, payee: 'alice' }, 'same_account'],
    ['a transfer to oneself', [rich], { ...transfer, to: 'alice' }, 'same_account'],
    ['a payment in another currency', [rich], { ...payment, currency: 'EUR' }, 'currency_mismatch'],
    ['a transfer in another currency', [rich, account('bob')], { ...transfer, currency: 'EUR' }, 'currency_mismatch'],
    ['a deposit in another currency', [rich], { ...deposit, currency: 'EUR' }, 'currency_mismatch'],
    ['a payee of another currency', [rich, account('bob', { currency: 'EUR' })], transfer, 'currency_mismatch'],
    ['a payment from a closed account', [account('alice', { posted: 100n, closed: true })], payment, 'account_closed'],
    ['a transfer to a closed account', [rich, account('bob', { closed: true })], transfer, 'account_closed'],
    ['a payment frozen for debits', [account('alice', { posted: 100n, frozen: 'debits' })], payment, 'account_frozen'],
    ['a payment frozen entirely', [account('alice', { posted: 100n, frozen: 'all' })], payment, 'account_frozen'],
    ['a deposit frozen for credits', [account('alice', { frozen: 'credits' })], deposit, 'account_frozen'],
    [
      'a transfer to a payee frozen for credits',
      [rich, account('bob', { frozen: 'credits' })],
      transfer,
      'account_frozen'
    ],
    [
      'a deposit past the largest balance',
      [account('alice', { posted: AMOUNT_MAX - 39n })],
      deposit,
      'amount_overflow'
    ],
    [
      'a deposit past the largest debt of the funding account',
      [account('alice'), account('@funding:USD', { posted: 39n - AMOUNT_MAX })],
      deposit,
      'amount_overflow'
    ],
    [
      'a transfer past the largest balance of the payee',
      [rich, account('bob', { posted: AMOUNT_MAX - 39n })],
      transfer,
      'amount_overflow'
    ]
  ]

  for (const [title, given, when, code] of declines) {
    it(`declines ${title}: ${code}, and moves nothing`, () => {
      const ledger = ledgerOf(...given)
      const entry = ledger.record(when)
      expect(entry).to.include({ outcome: 'declined', code, transactionId: null, amount: 40n })
      expect(entry.postings).to.deep.equal([])
      for (const state of given) expect(ledger.account(state.accountId)).to.deep.equal(state)
    })
  }

  it('says in a decline what was available and what was required', () => {
    const entry = ledgerOf(account('alice', { posted: 50n, held: 30n, overdraftLimit: 5n })).record(payment)
    expect(entry.message).to.equal('Insufficient funds. Balance: 25, Required: 40')
  })

  const unknown: readonly (readonly [title: string, given: readonly AccountState[], when: Command, named: string])[] = [
    ['a payment from nobody', [], payment, 'alice'],
    ['a payment to nobody', [rich], { ...payment, payee: 'shop' }, 'shop'],
    ['a payment to a system account that does not exist', [rich], { ...payment, payee: '@nobody' }, '@nobody'],
    ['a transfer to nobody', [rich], transfer, 'bob'],
    ['a deposit to nobody', [], deposit, 'alice']
  ]

  for (const [title, given, when, named] of unknown) {
    it(`rejects ${title} without an entry`, () => {
      const error = rejectionIn(ledgerOf(...given).when(when))
      expect(error).to.include({ name: 'AccountNotFoundError' })
      expect(error.message).to.contain(named)
    })
  }
})
