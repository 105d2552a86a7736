import { expect } from 'chai'
import { DECLINE_CODES } from 'bursar'

/** What has been published. A code may be added; none is ever renamed, reused or taken away. */
const PUBLISHED = [
  'same_account',
  'account_closed',
  'account_frozen',
  'currency_mismatch',
  'not_refundable',
  'already_refunded',
  'refund_exceeds_remaining',
  'hold_already_captured',
  'hold_already_voided',
  'hold_expired',
  'capture_exceeds_hold',
  'account_not_empty',
  'payee_insufficient_funds',
  'insufficient_funds',
  'amount_overflow'
]

describe('Decline codes', () => {
  it('are never taken away', () => {
    expect(DECLINE_CODES).to.include.members(PUBLISHED)
  })

  it('are distinct and in snake case', () => {
    expect(new Set(DECLINE_CODES).size).to.equal(DECLINE_CODES.length)
    for (const code of DECLINE_CODES) expect(code).to.match(/^[a-z]+(_[a-z]+)*$/)
  })
})
