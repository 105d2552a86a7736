/**
 * Every reason for which the ledger declines, in the order in which the rules are checked: the first that applies is
 * the answer. The list only ever grows; a code never changes its meaning.
 */
export const DECLINE_CODES = [
  'same_account',
  'not_refundable',
  'account_closed',
  'account_frozen',
  'currency_mismatch',
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
] as const

export type DeclineCode = (typeof DECLINE_CODES)[number]

/** A refusal by a rule of the ledger, before it becomes a journal entry. */
export interface Decline {
  readonly code: DeclineCode
  readonly message: string
  /** What is left to refund, where a refund asked for more. */
  readonly refundable?: bigint
}
