import { expect } from 'chai'
import type { RecordedCommand } from '../../lib/domain/command.js'
import { sequenceOfTransactionId, transactionIdOf } from '../../lib/domain/transaction.js'

describe('Transaction ids', () => {
  const prefixes: readonly (readonly [command: RecordedCommand['type'], prefix: string | null])[] = [
    ['ProcessPayment', 'txn_'],
    ['PostTransaction', 'txn_'],
    ['RefundPayment', 'refund_'],
    ['Deposit', 'deposit_'],
    ['Transfer', 'transfer_'],
    ['AuthorizePayment', 'hold_'],
    ['CapturePayment', 'capture_'],
    ['VoidPayment', 'void_'],
    ['ExpireHold', 'expiry_'],
    ['CreateAccount', null],
    ['SetAccountLimits', null],
    ['FreezeAccount', null],
    ['UnfreezeAccount', null],
    ['CloseAccount', null]
  ]

  for (const [command, prefix] of prefixes) {
    it(`${prefix === null ? 'are not given to' : `begin with ${prefix} for`} ${command}`, () => {
      expect(transactionIdOf(command, 36, 'suffix')).to.equal(prefix === null ? null : `${prefix}00000000010_suffix`)
    })
  }

  it('sort in execution order, whatever their suffixes', () => {
    const sequences = [1, 9, 10, 35, 36, 37, 1_295, 1_296, 2 ** 31, 2 ** 53 - 1]
    const ids = sequences.map((sequence, index) =>
      transactionIdOf('ProcessPayment', sequence, 'zyxwvutsrq'.charAt(index))
    )
    expect([...ids].sort()).to.deep.equal(ids)
  })

  for (const sequence of [1, 35, 36, 1_000_000, 2 ** 53 - 1]) {
    it(`lead back to sequence ${sequence}`, () => {
      expect(sequenceOfTransactionId(transactionIdOf('Deposit', sequence, 'a_b-C9')!)).to.equal(sequence)
    })
  }

  for (const foreign of [
    '',
    'txn_',
    'txn_00000000001',
    'txn_0000000001_suffix',
    'txn_000000000001_suffix',
    'TXN_00000000001_suffix',
    'txn_0000000000A_suffix',
    'txn_00000000000_suffix',
    'txn_zzzzzzzzzzz_suffix',
    'txn_00000000001_suffix\n',
    ' txn_00000000001_suffix'
  ]) {
    it(`are not recognised in ${JSON.stringify(foreign)}`, () => {
      expect(sequenceOfTransactionId(foreign)).to.equal(undefined)
    })
  }
})
