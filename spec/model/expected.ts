import type { Account, DeclineCode } from 'bursar'
import type { ModelTransaction } from './reference-books.js'

/** What an answer must say. Where a field is `undefined` and the semantics leave it open, the answer may say anything. */
export type Expected = Entered | Rejected

export interface Rejected {
  readonly kind: 'rejected'
  /** The name of the error's class. */
  readonly error: string
  /** For a conflict: what differs, and what the key belongs to. */
  readonly fields?: readonly string[]
  readonly transactionId?: string | null
}

/** The answer of a command that has its place in the journal. */
export interface Entered {
  readonly kind: 'approved' | 'declined' | 'changed'
  readonly place: number
  readonly amount: bigint | undefined
  readonly currency: string | undefined
  readonly timestamp: number
  readonly replayed: boolean
  readonly message?: string | undefined
  readonly code?: DeclineCode
  readonly attempt?: number
  readonly refundable?: bigint | undefined
  readonly expiresAt?: number | undefined
  readonly account?: Account
  readonly transaction?: ModelTransaction | undefined
  /** Unknown until the first answer has told it. */
  transactionId?: string
}
