import {
  AccountNotFoundError,
  type Account,
  type LedgerReader,
  type Transaction,
  type TransactionKind
} from '../index.js'

/** What a statement is about; without `from` it begins with the account, without `to` it ends now. */
export interface Period {
  /** The first moment that belongs to it; later than the creation of the account. */
  readonly from: Date | undefined
  /** The first moment that no longer belongs to it. */
  readonly to: Date | undefined
}

/** One line of a statement. Amounts are minor units. */
export interface StatementLine {
  readonly line: 'opening' | TransactionKind | 'account-opening' | 'closing'
  readonly accountId: string
  readonly currency: string
  readonly at: Date
  /** `null` on the first and the last line. */
  readonly amount: bigint | null
  /** Right after this line. */
  readonly balance: bigint
  readonly counterparties?: readonly string[]
  readonly idempotencyKey?: string
  readonly transactionId?: string
  readonly relatedTransactionId?: string
  readonly sequence?: number
  readonly metadata?: Transaction['metadata']
}

/**
 * Every line of a statement, the opening balance first and the closing balance last. The lines in between lead from one
 * to the other unless the ledger is damaged.
 */
export async function* statementLines(
  reader: LedgerReader,
  { accountId, currency, createdAt }: Account,
  { from, to }: Period
): AsyncGenerator<StatementLine> {
  const isSystem = accountId.startsWith('@')
  const closing = await reader.getBalance(accountId, to && { at: justBefore(to) })
  let balance: bigint | undefined
  for await (const transaction of reader.listTransactions({ accountId, ...(from && { from }), ...(to && { to }) })) {
    const { sequence, timestamp: at } = transaction
    if (sequence > closing.sequence) break
    const before = await postedAt(sequence - 1)
    if (balance === undefined) {
      balance = await opening(before)
      yield line('opening', from ?? createdAt, null, balance)
    }
    if (before !== balance && isSystem) yield accountOpening(at, before)
    const amount = changeOf(transaction, accountId)
    if (amount === 0n) continue
    balance += amount
    yield { ...line(transaction.kind, at, amount, balance), ...referencesOf(transaction, accountId) }
  }
  if (balance === undefined) {
    balance = await opening(closing.posted)
    yield line('opening', from ?? createdAt, null, balance)
  }
  const end = to ?? new Date()
  if (closing.posted !== balance && isSystem) yield accountOpening(end, closing.posted)
  yield line('closing', end, null, closing.posted)

  function line(what: StatementLine['line'], at: Date, amount: bigint | null, after: bigint): StatementLine {
    return { line: what, accountId, currency, at, amount, balance: after }
  }

  /** The first balances of other accounts came out of this one, and are no transactions of it. */
  function accountOpening(at: Date, after: bigint): StatementLine {
    const amount = after - balance!
    balance = after
    return line('account-opening', at, amount, after)
  }

  /** A system account begins at nothing, any other with what its creation gave it. */
  async function opening(beforeFirstLine: bigint): Promise<bigint> {
    if (!isSystem) return beforeFirstLine
    return from === undefined ? 0n : (await reader.getBalance(accountId, { at: justBefore(from) })).posted
  }

  async function postedAt(sequence: number): Promise<bigint> {
    // Only of a system account can other entries than its transactions change the balance.
    if (!isSystem && balance !== undefined) return balance
    try {
      return (await reader.getBalance(accountId, { at: sequence })).posted
    } catch (error) {
      // A system account is opened by its first transaction.
      if (error instanceof AccountNotFoundError) return 0n
      throw error
    }
  }
}

/** Recorded time has milliseconds. */
function justBefore(time: Date): Date {
  return new Date(time.getTime() - 1)
}

/** Legs in, less legs out; authorizations, voids and expiries move nothing. */
function changeOf({ legs }: Transaction, accountId: string): bigint {
  return legs.reduce(
    (change, { from, to, amount }) => change + (to === accountId ? amount : 0n) - (from === accountId ? amount : 0n),
    0n
  )
}

function referencesOf(transaction: Transaction, accountId: string) {
  const { legs, idempotencyKey, transactionId, relatedTransactionId, sequence, metadata } = transaction
  const others = legs.flatMap(({ from, to }) => (from === accountId ? [to] : to === accountId ? [from] : []))
  return {
    counterparties: [...new Set(others)],
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    transactionId,
    ...(relatedTransactionId !== undefined && { relatedTransactionId }),
    sequence,
    metadata
  }
}
