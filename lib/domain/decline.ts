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

/** What each command can be declined for, in the order in which it is checked. */
export const DECLINES = {
  CreateAccount: ['amount_overflow'],
  ProcessPayment: [
    'same_account',
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'insufficient_funds',
    'amount_overflow'
  ],
  RefundPayment: [
    'not_refundable',
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'already_refunded',
    'refund_exceeds_remaining',
    'payee_insufficient_funds',
    'amount_overflow'
  ],
  Deposit: ['account_closed', 'account_frozen', 'currency_mismatch', 'amount_overflow'],
  Transfer: [
    'same_account',
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'insufficient_funds',
    'amount_overflow'
  ],
  PostTransaction: [
    'same_account',
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'insufficient_funds',
    'amount_overflow'
  ],
  AuthorizePayment: [
    'same_account',
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'insufficient_funds',
    'amount_overflow'
  ],
  CapturePayment: [
    'account_closed',
    'account_frozen',
    'currency_mismatch',
    'hold_already_captured',
    'hold_already_voided',
    'hold_expired',
    'capture_exceeds_hold',
    'amount_overflow'
  ],
  VoidPayment: ['hold_already_captured', 'hold_already_voided', 'hold_expired'],
  SetAccountLimits: ['account_closed'],
  FreezeAccount: ['account_closed'],
  UnfreezeAccount: ['account_closed'],
  CloseAccount: ['account_closed', 'account_not_empty'],
  SetKeyLifetimes: []
} as const satisfies Record<string, readonly DeclineCode[]>

/** The codes with which one command can be declined. */
export type DeclineCodeOf<Type extends keyof typeof DECLINES> = (typeof DECLINES)[Type][number]

/** A refusal by a rule of the ledger, before it becomes a journal entry. */
export interface Decline {
  readonly code: DeclineCode
  readonly message: string
  /** What is left to refund, where a refund asked for more. */
  readonly refundable?: bigint
}
