import type { Leg, RecordedCommand } from '../domain/command.js'
import type { DeclineCode } from '../domain/decline.js'
import type { HoldChange, Posting } from '../domain/entry.js'
import type { Metadata } from '../domain/account.js'
import { refundableOf } from '../domain/decide-refund.js'
import { legsOf, type HoldStatus, type TransactionState } from '../domain/transaction.js'
import { invariant } from '../domain/errors.js'
import type { ChainedEntry, StoreSession } from '../store/store.js'
import { accountIdField, integerField } from './fields.js'
import type { TransactionQuery } from './payment-processor.js'

export type TransactionKind =
  'payment' | 'refund' | 'deposit' | 'transfer' | 'transaction' | 'authorization' | 'capture' | 'void' | 'expiry'

const KIND: Partial<Record<RecordedCommand['type'], TransactionKind>> = {
  ProcessPayment: 'payment',
  RefundPayment: 'refund',
  Deposit: 'deposit',
  Transfer: 'transfer',
  PostTransaction: 'transaction',
  AuthorizePayment: 'authorization',
  CapturePayment: 'capture',
  VoidPayment: 'void',
  ExpireHold: 'expiry'
}

/** An approved operation and how it stands now. Amounts are minor units. */
export interface Transaction {
  readonly transactionId: string
  readonly kind: TransactionKind
  readonly accountId: string
  readonly amount: bigint
  readonly currency: string
  /** Who paid whom; empty for authorizations, voids and expiries, which move nothing. */
  readonly legs: readonly Leg[]
  /** Refunded so far, over all legs. */
  readonly refunded: bigint
  /** What may still be refunded; 0 for what cannot be refunded. */
  readonly refundable: bigint
  /** How a hold stands; only on authorizations. */
  readonly holdStatus?: HoldStatus
  readonly expiresAt?: Date
  /** What this operation refers to: the refunded payment, the captured or voided authorization. */
  readonly relatedTransactionId?: string
  readonly idempotencyKey?: string
  readonly metadata: Metadata
  readonly timestamp: Date
  readonly sequence: number
}

/** One record of the journal: what was asked, what was decided, what moved, and its link in the hash chain. */
export interface JournalEntry {
  readonly sequence: number
  readonly timestamp: Date
  readonly command: RecordedCommand
  readonly outcome: 'approved' | 'declined' | 'refused'
  readonly code: DeclineCode | null
  readonly message: string
  readonly transactionId: string | null
  readonly amount: bigint
  readonly currency: string
  readonly attempt: number
  readonly postings: readonly Posting[]
  readonly holds: readonly HoldChange[]
  /** Hex SHA-256 over `previousHash` and the stored text of this entry. */
  readonly hash: string
  readonly previousHash: string
}

/** How many rows are read at once: bounds memory, and the time of one read. */
const PAGE_LENGTH = 500

/**
 * Reads of what is already recorded, page by page. The journal only grows, so a sequence is a cursor that stays valid
 * while writes go on; what was recorded when the iteration began is where it ends.
 */
export class History {
  readonly #session: StoreSession
  readonly #durableHead: () => Promise<number>

  /** @param durableHead resolves with the head as the queue sees it, once that head is durable */
  constructor(session: StoreSession, durableHead: () => Promise<number>) {
    this.#session = session
    this.#durableHead = durableHead
  }

  async *transactions(query: TransactionQuery): AsyncGenerator<Transaction, void, undefined> {
    const { accountId, limit = Infinity } = query
    if (accountId !== undefined) accountIdField(accountId, 'accountId')
    if (limit !== Infinity) integerField(limit, 'limit', { min: 1, max: Number.MAX_SAFE_INTEGER })
    const head = await this.#durableHead()
    const from = query.from === undefined ? 1 : await this.#session.sequenceAt(query.from.getTime())
    const through =
      query.to === undefined ? head : Math.min(head, (await this.#session.sequenceAt(query.to.getTime())) - 1)
    let after = Math.max(afterField(query.after), from - 1)
    let remaining = limit
    while (remaining > 0 && after < through) {
      const wanted = { accountId, after, through, limit: Math.min(PAGE_LENGTH, remaining) }
      const page = await this.#session.history(wanted)
      for (const state of page) yield transactionOf(state)
      remaining -= page.length
      after = page.length < wanted.limit ? through : page.at(-1)!.entry.sequence
    }
  }

  async *journal(query: { readonly after?: number }): AsyncGenerator<JournalEntry, void, undefined> {
    let after = afterField(query.after)
    const through = await this.#durableHead()
    while (after < through) {
      const page = await this.#session.journal({ after, through, limit: PAGE_LENGTH })
      for (const chained of page) {
        invariant(chained.entry.sequence === ++after, `the journal has a hole before entry ${chained.entry.sequence}`)
        yield journalEntryOf(chained)
      }
    }
  }
}

function afterField(after = 0): number {
  return integerField(after, 'after', { min: 0, max: Number.MAX_SAFE_INTEGER })
}

export function transactionOf(state: TransactionState): Transaction {
  const { entry, hold } = state
  const { command, transactionId } = entry
  const kind = KIND[command.type]
  invariant(transactionId !== null && kind !== undefined, `entry ${entry.sequence} is no transaction`)
  const related =
    'originalTransactionId' in command
      ? command.originalTransactionId
      : 'authorizationId' in command
        ? command.authorizationId
        : undefined
  return {
    transactionId,
    kind,
    accountId: command.accountId,
    amount: entry.amount,
    currency: entry.currency,
    legs: legsOf(entry),
    refunded: state.refunded.reduce((sum, amount) => sum + amount, 0n),
    refundable: refundableOf(state),
    ...(hold && { holdStatus: hold.status, expiresAt: new Date(hold.deadline) }),
    ...(related !== undefined && { relatedTransactionId: related }),
    ...('idempotencyKey' in command && { idempotencyKey: command.idempotencyKey }),
    metadata: ('metadata' in command ? command.metadata : undefined) ?? {},
    timestamp: new Date(entry.timestamp),
    sequence: entry.sequence
  }
}

function journalEntryOf({ entry, hash, previousHash }: ChainedEntry): JournalEntry {
  const { sequence, timestamp, command, outcome, code, message, transactionId } = entry
  const { amount, currency, attempt, postings, holds } = entry
  return {
    sequence,
    timestamp: new Date(timestamp),
    command,
    outcome,
    code,
    message,
    transactionId,
    amount,
    currency,
    attempt,
    postings,
    holds,
    hash,
    previousHash
  }
}
