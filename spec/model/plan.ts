import { DECLINE_CODES, type Command as AnyCommand, type DeclineCode } from 'bursar'
import type { ModelTransaction } from './reference-books.js'

/** What acts for an account. How long keys live is set when a trial begins. */
export type Command = Exclude<AnyCommand, { readonly type: 'SetKeyLifetimes' }>

/** What a command would do, and everything that speaks against it. */
export interface Plan {
  readonly amount: bigint | undefined
  readonly currency: string | undefined
  /** Every rule that is broken, in any order. */
  readonly against: readonly DeclineCode[]
  effect(): ModelTransaction | undefined
  readonly message?: string
  /** The message, should the money not suffice. */
  readonly shortage?: string
  /** What could be refunded before this refund. */
  readonly remaining?: bigint
  readonly expiresAt?: number
  readonly changesAccount?: boolean
}

/** An error instead of an answer; a recorded one takes a place in the journal. */
export interface Refusal {
  readonly error: string
  readonly isRecorded?: boolean
}

export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>

export const NO_ACCOUNT: Refusal = { error: 'AccountNotFoundError' }
export const NO_TRANSACTION: Refusal = { error: 'TransactionNotFoundError' }

/** The answer when several rules are broken: the first in the documented order. */
export function firstOf(codes: readonly DeclineCode[]): DeclineCode | undefined {
  return DECLINE_CODES.find(code => codes.includes(code))
}
