import type { VerificationProblem, VerificationReport } from 'bursar'
import { newAccount, newSystemAccount, type AccountState } from '../../lib/domain/account.js'
import type { RecordedCommand } from '../../lib/domain/command.js'
import type { Entry, Posting, ResultingBalance } from '../../lib/domain/entry.js'
import { isCountedTransaction, transactionIdOf, type TransactionState } from '../../lib/domain/transaction.js'
import type { CommitGroup, Head } from '../../lib/store/store.js'

const USD = 'USD'
const SETTLEMENT = '@settlement:USD'

/** Keeps a ledger on paper, without any rule, and hands it to a store group by group. */
export interface Book {
  readonly entries: readonly Entry[]
  readonly accounts: ReadonlyMap<string, AccountState>
  /** How every approved transaction stands, by sequence. */
  readonly transactions: ReadonlyMap<number, TransactionState>
  readonly head: Head
  /** The accounts as they stood after an entry. */
  accountsAt(sequence: number): readonly AccountState[]
  /** Sets the time of the entries that follow, milliseconds. */
  at(timestamp: number): void
  create(account: { accountId: string; idempotencyKey?: string } & Partial<AccountState>): Entry
  pay(payment: Keyed & { payee?: string }): Entry
  decline(payment: Keyed): Entry
  refuse(refund: Keyed): Entry
  refund(refund: Keyed & { payment: Entry }): Entry
  authorize(hold: Keyed & { expiresInMs: number }): Entry
  voidHold(hold: { authorization: Entry; idempotencyKey: string }): Entry
  /** Everything recorded since the last group. */
  group(): CommitGroup
}

/** What a verification finds wrong with the store, apart from a book's entries, which follow no rule. */
export function storeProblems({ problems }: VerificationReport): readonly VerificationProblem[] {
  return problems.filter(({ message }) => !message.startsWith('the rules give another entry'))
}

interface Keyed {
  readonly accountId: string
  readonly idempotencyKey: string
  readonly amount: bigint
}

type Part = { readonly command: RecordedCommand } & Partial<Entry>

export function newBook(): Book {
  const entries: Entry[] = []
  const accounts = new Map<string, AccountState>()
  const transactions = new Map<number, TransactionState>()
  const standings: (readonly AccountState[])[] = [[]]
  const changedAccounts = new Set<string>()
  const changedTransactions = new Set<number>()
  let timestamp = Date.UTC(2026, 0, 1)
  let committed = 0

  return {
    entries,
    accounts,
    transactions,
    get head() {
      return headAt(entries.length)
    },
    accountsAt: sequence => standings[sequence]!,
    at(time) {
      timestamp = time
    },

    create({ accountId, idempotencyKey, ...state }) {
      const sequence = entries.length + 1
      const created = newAccount({
        accountId,
        currency: USD,
        overdraftLimit: 0n,
        metadata: {},
        at: timestamp,
        sequence
      })
      const account: AccountState = { ...created, ...state }
      const { currency, posted, overdraftLimit, metadata } = account
      change({ ...account, posted: 0n })
      const key = idempotencyKey === undefined ? {} : { idempotencyKey }
      const postings = posted === 0n ? [] : move(`@funding:${currency}`, accountId, posted)
      return record({
        command: {
          type: 'CreateAccount',
          accountId,
          currency,
          initialBalance: posted,
          overdraftLimit,
          metadata,
          ...key
        },
        amount: posted,
        postings,
        account
      })
    },

    pay({ accountId, idempotencyKey, amount, payee }) {
      const command = { type: 'ProcessPayment', accountId, idempotencyKey, amount } as const
      const postings = move(accountId, payee ?? SETTLEMENT, amount)
      return record({ command: payee === undefined ? command : { ...command, payee }, amount, postings })
    },

    decline({ accountId, idempotencyKey, amount }) {
      const command = { type: 'ProcessPayment', accountId, idempotencyKey, amount } as const
      return record({ command, amount, outcome: 'declined', code: 'insufficient_funds' })
    },

    refuse({ accountId, idempotencyKey, amount }) {
      const command = { type: 'RefundPayment', accountId, idempotencyKey, amount, originalTransactionId: 'x' } as const
      return record({ command, amount, outcome: 'refused' })
    },

    refund({ accountId, idempotencyKey, amount, payment }) {
      const originalTransactionId = payment.transactionId!
      const before = transactions.get(payment.sequence)!
      const refunded = (before.refunded[0] ?? 0n) + amount
      stand({ ...before, refunded: [refunded] })
      return record({
        command: { type: 'RefundPayment', accountId, idempotencyKey, amount, originalTransactionId },
        amount,
        postings: move(payment.postings[1]!.accountId, accountId, amount),
        refundable: payment.amount - refunded
      })
    },

    authorize({ accountId, idempotencyKey, amount, expiresInMs }) {
      const account = accounts.get(accountId)!
      const deadline = timestamp + expiresInMs
      change({
        ...account,
        held: account.held + amount,
        holdDeadline: Math.min(deadline, account.holdDeadline ?? deadline)
      })
      const entry = record({
        command: { type: 'AuthorizePayment', accountId, idempotencyKey, amount, expiresInMs },
        amount,
        holds: [{ accountId, amount, heldAfter: account.held + amount }],
        balances: [balanceOf(accountId)]
      })
      stand({ entry, refunded: [], hold: { status: 'open', deadline } })
      return entry
    },

    voidHold({ authorization, idempotencyKey }) {
      const { accountId } = authorization.command
      const account = accounts.get(accountId)!
      const before = transactions.get(authorization.sequence)!
      const held = account.held - authorization.amount
      change({ ...account, held, holdDeadline: held === 0n ? null : account.holdDeadline })
      stand({ ...before, hold: { status: 'voided', deadline: before.hold!.deadline } })
      return record({
        command: { type: 'VoidPayment', accountId, idempotencyKey, authorizationId: authorization.transactionId! },
        amount: authorization.amount,
        holds: [{ accountId, amount: -authorization.amount, heldAfter: held }],
        balances: [balanceOf(accountId)]
      })
    },

    group() {
      const group: CommitGroup = {
        expectedHead: committed,
        entries: entries.slice(committed),
        accounts: [...changedAccounts].map(accountId => accounts.get(accountId)!),
        transactions: [...changedTransactions].map(sequence => transactions.get(sequence)!),
        head: headAt(entries.length)
      }
      committed = entries.length
      changedAccounts.clear()
      changedTransactions.clear()
      return group
    }
  }

  function record(part: Part): Entry {
    const sequence = entries.length + 1
    const outcome = part.outcome ?? 'approved'
    const entry: Entry = {
      sequence,
      timestamp,
      outcome,
      code: null,
      message: `Entry ${sequence}`,
      transactionId: outcome === 'approved' ? transactionIdOf(part.command.type, sequence, 'suffix') : null,
      amount: 0n,
      currency: USD,
      attempt: 1,
      postings: [],
      holds: [],
      balances: [],
      refundable: null,
      account: null,
      ...part
    }
    entries.push(entry)
    standings.push([...accounts.values()])
    if (entry.transactionId !== null) transactions.set(sequence, { entry, refunded: [], hold: null })
    return entry
  }

  /** Moves money and returns both sides of it; system accounts open on first use. */
  function move(from: string, to: string, amount: bigint): readonly Posting[] {
    return [post(from, -amount), post(to, amount)]
  }

  function post(accountId: string, amount: bigint): Posting {
    const opened = { at: timestamp, sequence: entries.length + 1 }
    const account = accounts.get(accountId) ?? newSystemAccount(accountId, opened)!
    const posted = account.posted + amount
    change({ ...account, posted })
    return { accountId, currency: account.currency, amount, balanceAfter: posted }
  }

  function balanceOf(accountId: string): ResultingBalance {
    const { posted, held, overdraftLimit } = accounts.get(accountId)!
    return { accountId, posted, held, overdraftLimit }
  }

  function change(account: AccountState): void {
    accounts.set(account.accountId, account)
    changedAccounts.add(account.accountId)
  }

  function stand(transaction: TransactionState): void {
    transactions.set(transaction.entry.sequence, transaction)
    changedTransactions.add(transaction.entry.sequence)
  }

  function headAt(sequence: number): Head {
    const transactionCount = entries.slice(0, sequence).filter(isCountedTransaction).length
    return { sequence, timestamp: entries[sequence - 1]?.timestamp ?? 0, transactionCount }
  }
}
