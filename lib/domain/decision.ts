import type { AccountState } from './account.js'
import type { RecordedCommand } from './command.js'
import { DECLINES, type Decline, type DeclineCode } from './decline.js'
import type { Entry, HoldChange, Posting } from './entry.js'
import { invariant, type BursarError } from './errors.js'
import { FOR_EVER, type RecordedLifetimes } from './key-lifetimes.js'
import { transactionIdOf } from './transaction.js'
import type { Context } from './view.js'

/** What is to be done about a command. */
export type Decision =
  /** Record the entry, then answer from it, or with the refusal where there is one. */
  | { readonly kind: 'record'; readonly entry: Entry; readonly refusal: BursarError | null }
  /** Record nothing; answer from the entry that the idempotency key already has. */
  | { readonly kind: 'replay'; readonly entry: Entry }
  /** Record nothing; the request cannot be executed at all. */
  | { readonly kind: 'reject'; readonly error: BursarError }

/** What every entry of one execution has in common. */
export interface Execution {
  readonly command: RecordedCommand
  readonly context: Context
  readonly attempt: number
}

interface Money {
  readonly amount: bigint
  readonly currency: string
}

interface Effects extends Money {
  readonly message: string
  readonly postings?: readonly Posting[]
  readonly holds?: readonly HoldChange[]
  readonly refundable?: bigint
  readonly account?: AccountState
  readonly lifetimes?: RecordedLifetimes
}

const NONE: readonly never[] = []

export function approve(execution: Execution, effects: Effects): Decision {
  const { command, context, attempt } = execution
  const entry: Entry = {
    sequence: context.sequence,
    timestamp: context.now,
    command,
    outcome: 'approved',
    code: null,
    message: effects.message,
    transactionId: transactionIdOf(command.type, context.sequence, context.idSuffix),
    amount: effects.amount,
    currency: effects.currency,
    attempt,
    postings: effects.postings ?? NONE,
    holds: effects.holds ?? NONE,
    balances: NONE,
    refundable: effects.refundable ?? null,
    account: effects.account ?? null
  }
  // Apart, as it is rare: all other entries keep one shape.
  const { lifetimes } = effects
  return { kind: 'record', entry: lifetimes === undefined ? entry : { ...entry, lifetimes }, refusal: null }
}

/** As with accounts: entries share the number of their millisecond with the context that it comes from. */
const EARLIEST = { sequence: 0, now: undefined as never, idSuffix: '', lifetimes: FOR_EVER }
const NO_COMMAND = { type: 'DiscardDeadLetter', accountId: '', deadLetterId: '', reason: '', discarded: '' } as const
approve({ command: NO_COMMAND, context: EARLIEST, attempt: 1 }, { amount: 0n, currency: '', message: '' })

export function declined(execution: Execution, money: Money, decline: Decline): Decision {
  const { type } = execution.command
  const known: readonly DeclineCode[] = type in DECLINES ? DECLINES[type as keyof typeof DECLINES] : NONE
  invariant(known.includes(decline.code), `${type} was declined ${decline.code}, which is not among its codes`)
  return { kind: 'record', entry: withoutEffect(execution, money, 'declined', decline), refusal: null }
}

/** Rejects the caller, and keeps a record because the request may be an attempt to probe. */
export function refused(execution: Execution, money: Money, refusal: BursarError): Decision {
  return { kind: 'record', entry: withoutEffect(execution, money, 'refused', { message: refusal.code }), refusal }
}

export function reject(error: BursarError): Decision {
  return { kind: 'reject', error }
}

function withoutEffect(
  { command, context, attempt }: Execution,
  money: Money,
  outcome: 'declined' | 'refused',
  answer: Pick<Decline, 'message' | 'refundable'> & { readonly code?: Decline['code'] }
): Entry {
  return {
    sequence: context.sequence,
    timestamp: context.now,
    command,
    outcome,
    code: answer.code ?? null,
    message: answer.message,
    transactionId: null,
    amount: money.amount,
    currency: money.currency,
    attempt,
    postings: NONE,
    holds: NONE,
    balances: NONE,
    refundable: answer.refundable ?? null,
    account: null
  }
}
