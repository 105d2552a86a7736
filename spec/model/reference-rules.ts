import type { DeclineCode } from 'bursar'
import { resolve } from './meaning.js'
import { NO_ACCOUNT, NO_TRANSACTION, type Command, type CommandOf, type Plan, type Refusal } from './plan.js'
import type { Movement, ReferenceBooks, Standing } from './reference-books.js'
import { authorize, capture, voidHold } from './reference-holds.js'

/** What the semantics say about a command, given the books. */
export function judge(books: ReferenceBooks, command: Command): Plan | Refusal {
  if (command.type === 'CreateAccount') return create(books, command)
  if (!books.accounts.has(command.accountId)) return NO_ACCOUNT
  switch (command.type) {
    case 'ProcessPayment':
      return pay(books, command, command.payee, 'Payment processed successfully')
    case 'Transfer':
      return pay(books, command, command.to)
    case 'Deposit':
      return deposit(books, command)
    case 'PostTransaction':
      return post(books, command)
    case 'RefundPayment':
      return refund(books, command)
    case 'AuthorizePayment':
      return authorize(books, command)
    case 'CapturePayment':
      return capture(books, command)
    case 'VoidPayment':
      return voidHold(books, command)
    case 'SetAccountLimits':
      return change(books, command, account => (account.overdraftLimit = BigInt(command.overdraftLimit)))
    case 'FreezeAccount':
      return change(books, command, account => (account.frozen = command.direction))
    case 'UnfreezeAccount':
      return change(books, command, account => (account.frozen = null))
    case 'CloseAccount':
      return change(books, command, account => (account.closed = true))
    default:
      return command satisfies never
  }
}

function create(books: ReferenceBooks, command: CommandOf<'CreateAccount'>): Plan | Refusal {
  const { accountId, currency, metadata = {} } = command
  if (books.accounts.has(accountId)) return { error: 'AccountAlreadyExistsError' }
  const amount = BigInt(command.initialBalance ?? 0n)
  const overdraftLimit = BigInt(command.overdraftLimit ?? 0n)
  const movements = amount === 0n ? [] : [{ from: `@funding:${currency}`, to: accountId, amount, currency }]
  return {
    amount,
    currency,
    changesAccount: true,
    against: books.against(movements, undefined).filter(code => code === 'amount_overflow'),
    effect() {
      const createdAt = books.now
      books.accounts.set(accountId, { currency, overdraftLimit, frozen: null, closed: false, metadata, createdAt })
      books.apply(movements, command)
      return undefined
    }
  }
}

function pay(
  books: ReferenceBooks,
  command: CommandOf<'ProcessPayment'> | CommandOf<'Transfer'>,
  to: string | undefined,
  message?: string
): Plan | Refusal {
  const movement = books.movement(command, command.accountId, to)
  if (books.currencyOf(movement.to) === undefined) return NO_ACCOUNT
  const { amount, currency } = movement
  return {
    amount,
    currency,
    ...(message !== undefined && { message }),
    shortage: shortageOf(books, command.accountId, amount),
    against: books.against([movement], 'insufficient_funds'),
    effect: () => books.apply([movement], command)
  }
}

export function shortageOf(books: ReferenceBooks, accountId: string, required: bigint): string {
  return `Insufficient funds. Balance: ${books.accountOf(accountId).available}, Required: ${required}`
}

function deposit(books: ReferenceBooks, command: CommandOf<'Deposit'>): Plan {
  const movement = books.movement(command, '@funding', command.accountId)
  const { amount, currency } = movement
  const against = books.against([movement], undefined)
  return { amount, currency, against, effect: () => books.apply([movement], command) }
}

/** All or nothing: only what the movements do together counts. Which amount the answer names is left open. */
function post(books: ReferenceBooks, command: CommandOf<'PostTransaction'>): Plan | Refusal {
  const movements = command.legs.map(({ from, to, amount, currency }) => ({
    from: resolve(from, currency),
    to: resolve(to, currency),
    amount: BigInt(amount),
    currency
  }))
  if (movements.some(({ from, to }) => [from, to].some(id => books.currencyOf(id) === undefined))) return NO_ACCOUNT
  const against = books.against(movements, 'insufficient_funds')
  if (books.accounts.get(command.accountId)!.closed) against.push('account_closed')
  return { amount: undefined, currency: undefined, against, effect: () => books.apply(movements, command) }
}

function refund(books: ReferenceBooks, command: CommandOf<'RefundPayment'>): Plan | Refusal {
  const { accountId, originalTransactionId, leg: index } = command
  const original = books.transactions.get(originalTransactionId)
  if (original === undefined) return NO_TRANSACTION
  if (original.accountId !== accountId) return { ...NO_TRANSACTION, isRecorded: true }
  const { currency: own, closed } = books.accounts.get(accountId)!
  // Of several legs, one has to be named.
  const leg =
    isSettled(original.type, original.legs) && (index !== undefined || original.legs.length === 1)
      ? original.legs[index ?? 0]
      : undefined
  const currency = command.currency ?? leg?.currency ?? own
  const against: DeclineCode[] = closed ? ['account_closed'] : []
  if (leg === undefined) {
    const amount = command.amount === undefined ? undefined : BigInt(command.amount)
    if (currency !== own) against.push('currency_mismatch')
    return { amount, currency, against: [...against, 'not_refundable'], effect: () => undefined }
  }

  const remaining = leg.amount - leg.refunded
  const amount = command.amount === undefined ? remaining : BigInt(command.amount)
  const back = { from: leg.to, to: leg.from, amount, currency: leg.currency }
  against.push(...books.against([back], 'payee_insufficient_funds'))
  if (currency !== leg.currency) against.push('currency_mismatch')
  if (remaining === 0n) against.push('already_refunded')
  if (amount > remaining) against.push('refund_exceeds_remaining')
  return {
    amount,
    currency,
    remaining,
    message: `Refund processed for ${originalTransactionId}`,
    against,
    effect() {
      leg.refunded += amount
      return books.apply([back], command)
    }
  }
}

/** What can be refunded at all: payments, unless the ledger itself gave money in them. */
export function isSettled(type: Command['type'], legs: readonly Movement[]): boolean {
  if (legs.some(({ from }) => from.startsWith('@'))) return false
  return ['ProcessPayment', 'CapturePayment', 'PostTransaction'].includes(type)
}

type StandingCommand = CommandOf<'SetAccountLimits' | 'FreezeAccount' | 'UnfreezeAccount' | 'CloseAccount'>

function change(books: ReferenceBooks, command: StandingCommand, effect: (account: Standing) => unknown): Plan {
  const account = books.accounts.get(command.accountId)!
  const { posted, held } = books.accountOf(command.accountId)
  const against: DeclineCode[] = account.closed ? ['account_closed'] : []
  if (command.type === 'CloseAccount' && (posted !== 0n || held !== 0n)) against.push('account_not_empty')
  return {
    amount: undefined,
    currency: account.currency,
    changesAccount: true,
    against,
    effect() {
      effect(account)
      return undefined
    }
  }
}
