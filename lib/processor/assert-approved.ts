import { BursarError } from '../domain/errors.js'
import type { DeclineCode } from '../domain/decline.js'
import type { AccountChanged, Approved, Declined } from '../domain/result.js'

/** A decline as an exception, for those who prefer one; thrown by `assertApproved` only. */
export class DeclinedError extends BursarError {
  override readonly name = 'DeclinedError'
  readonly code = 'ERR_DECLINED'
  readonly retryable = false
  readonly declineCode: DeclineCode
  readonly result: Declined
  constructor(result: Declined) {
    super(`Expected the ledger to approve, got declined ${result.code}: ${result.message}.`)
    this.declineCode = result.code
    this.result = result
  }
}

/**
 * Narrows a result to its approved form.
 *
 * @throws DeclinedError when the ledger declined
 *
 * @example
 * const payment = await processor.processPayment(request)
 * assertApproved(payment)
 * payment.transactionId // string
 */
export function assertApproved<R extends Approved | AccountChanged | Declined>(
  result: R
): asserts result is Exclude<R, Declined> {
  if (!result.success) throw new DeclinedError(result)
}
