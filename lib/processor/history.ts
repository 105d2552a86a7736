import type { Leg, RecordedCommand } from '../domain/command.js'
import { availableOf, type AccountState, type Metadata } from '../domain/account.js'
import { refundableOf } from '../domain/decide-refund.js'
import { legsOf, type HoldStatus, type TransactionState } from '../domain/transaction.js'
import { AccountNotFoundError, invariant } from '../domain/errors.js'
import { fieldsOf } from '../domain/known-fields.js'
import { balanceAfter } from '../domain/resulting-balances.js'
import type { Balance } from '../domain/result.js'
import { writable } from '../domain/writable.js'
import type { StoreSession } from '../store/store.js'
import { accountIdField, afterField, choiceField, integerField, timeField } from './fields.js'
import { outcomeOf } from './outcome-of.js'
import type { TransactionQuery } from './payment-processor.js'
import { TRANSACTION_QUERY } from './shapes.js'

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

type RecordedReads = Pick<StoreSession, 'history' | 'lastChange' | 'sequenceAt'>

/** How many rows are read at once: bounds memory, and the time of one read. */
const PAGE_LENGTH = 500
const LIMIT_RANGE = { min: 1, max: Number.MAX_SAFE_INTEGER }

/**
 * Resolves with the head as the queue sees it, once that head is durable, and with the account where one is named;
 * rejects with `AccountNotFoundError` when that does not exist.
 */
type DurableHead = (accountId?: string) => Promise<{
  readonly sequence: number
  /** Recorded time of the moment, milliseconds. */
  readonly now: number
  readonly account: AccountState | undefined
}>

/**
 * Reads of what is already recorded, page by page. The journal only grows, so a sequence is a cursor that stays valid
 * while writes go on; what was recorded when the iteration began is where it ends.
 */
export class History {
  readonly #session: RecordedReads
  readonly #durableHead: DurableHead

  constructor(session: RecordedReads, durableHead: DurableHead) {
    this.#session = session
    this.#durableHead = durableHead
  }

  /** The query is read now; what is wrong with it rejects the first `next()`, as everything else that goes wrong does. */
  transactions(query: TransactionQuery | undefined): AsyncGenerator<Transaction, void, undefined> {
    return this.#transactions(outcomeOf(() => checkedQuery(query)))
  }

  async *#transactions(query: () => CheckedQuery): AsyncGenerator<Transaction, void, undefined> {
    const { accountId, kind, limit, after: cursor, fromMs, toMs } = query()
    const { sequence: head, account, now } = await this.#durableHead(accountId)
    const from = fromMs === undefined ? 1 : await this.#session.sequenceAt(fromMs)
    const through = toMs === undefined ? head : Math.min(head, (await this.#session.sequenceAt(toMs)) - 1)
    let after = Math.max(cursor, from - 1)
    let remaining = limit
    while (remaining > 0 && after < through) {
      const wanted = { accountId: account?.accountId, after, through, limit: Math.min(PAGE_LENGTH, remaining) }
      const page = await this.#session.history(wanted)
      for (const state of page.transactions) {
        if (kind !== undefined && KIND[state.entry.command.type] !== kind) continue
        yield transactionOf(state, now)
        if (--remaining === 0) return
      }
      after = page.through
    }
  }

  /** What an account had after an entry, or after the last entry recorded at or before a time. */
  async balanceAt(accountId: string, at: number | Date): Promise<Balance> {
    const time = typeof at === 'number' ? undefined : timeField(at, 'at')
    accountIdField(accountId, 'accountId')
    const { sequence: head, account } = await this.#durableHead(accountId)
    const sequence =
      time === undefined
        ? integerField(at, 'at', { min: 0, max: head })
        : Math.min(head, (await this.#session.sequenceAt(time + 1)) - 1)
    const entry = await this.#session.lastChange(account!.accountId, sequence)
    const balance = entry && balanceAfter(entry, account!.accountId)
    if (balance === undefined) throw notYet(accountId, account!, at)
    const { posted, held } = balance
    return writable({ currency: account!.currency, posted, held, available: availableOf(balance), sequence })
  }
}

/** Whoever asks about a time before the account has to hear since when it exists, not to create it. */
function notYet(accountId: string, { createdAt, createdSequence }: AccountState, at: number | Date) {
  const moment = typeof at === 'number' ? `entry ${at}` : at.toISOString()
  const since = `It exists since entry ${createdSequence}, ${new Date(createdAt).toISOString()}.`
  return new AccountNotFoundError(accountId, `did not exist yet at ${moment}. ${since}`)
}

interface CheckedQuery {
  readonly accountId: string | undefined
  readonly kind: TransactionKind | undefined
  readonly limit: number
  readonly after: number
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
}

/** @throws InvalidRequestError */
function checkedQuery(query: TransactionQuery | undefined): CheckedQuery {
  const { accountId, kind, limit, after, from, to } = fieldsOf(query, TRANSACTION_QUERY)
  return {
    accountId: accountId === undefined ? undefined : accountIdField(accountId, 'accountId'),
    kind: kind === undefined ? undefined : choiceField(kind, 'kind', Object.values(KIND)),
    limit: limit === undefined || limit === Infinity ? Infinity : integerField(limit, 'limit', LIMIT_RANGE),
    after: afterField(after),
    fromMs: from === undefined ? undefined : timeField(from, 'from'),
    toMs: to === undefined ? undefined : timeField(to, 'to')
  }
}

/** @param now recorded time: an open hold that is due has expired, although its entry may be still to come */
export function transactionOf(state: TransactionState, now = -Infinity): Transaction {
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
  return writable({
    transactionId,
    kind,
    accountId: command.accountId,
    amount: entry.amount,
    currency: entry.currency,
    legs: legsOf(entry),
    refunded: state.refunded.reduce((sum, amount) => sum + amount, 0n),
    refundable: refundableOf(state),
    ...(hold && {
      holdStatus: hold.status === 'open' && hold.deadline <= now ? 'expired' : hold.status,
      expiresAt: new Date(hold.deadline)
    }),
    ...(related !== undefined && { relatedTransactionId: related }),
    ...('idempotencyKey' in command && { idempotencyKey: command.idempotencyKey }),
    metadata: ('metadata' in command ? command.metadata : undefined) ?? {},
    timestamp: new Date(entry.timestamp),
    sequence: entry.sequence
  })
}
