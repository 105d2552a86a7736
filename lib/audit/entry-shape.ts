import { DECLINE_CODES, DECLINES } from '../domain/decline.js'
import type { Entry } from '../domain/entry.js'
import { isBalanceInRange } from '../domain/money.js'
import { isValid } from '../store/lifetimes-setting.js'
import { sequenceOfTransactionId } from '../domain/transaction.js'

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isAmount = (value: unknown) => typeof value === 'bigint' && isBalanceInRange(value)
const TYPES: readonly string[] = [...Object.keys(DECLINES), 'ExpireHold', 'DiscardDeadLetter', 'AdoptRules']
/** Commands that are approved without a transaction and without a change of an account. */
const BESIDE_THE_BOOKS: readonly string[] = ['DiscardDeadLetter', 'SetKeyLifetimes', 'AdoptRules']
/** Entries that carry lifetimes; the adoption of the rules does so only if keys had been forgotten before it. */
const SETS_LIFETIMES: readonly string[] = ['SetKeyLifetimes', 'AdoptRules']
/** The last millisecond that a `Date` can have. */
const TIME_MAX = 8.64e15
const OUTCOMES: readonly unknown[] = ['approved', 'declined', 'refused']

function hasEffect({ command, transactionId, account }: Entry): boolean {
  return transactionId !== null || account !== null || BESIDE_THE_BOOKS.includes(command.type)
}

/** What is wrong with the shape of an entry that comes from outside, as far as a store would stumble over it. */
export function misshapenField(entry: Entry): string | undefined {
  const { command, outcome, code, transactionId, account, lifetimes } = entry
  const checks: Readonly<Record<string, boolean>> = {
    timestamp: Number.isSafeInteger(entry.timestamp) && entry.timestamp >= 0 && entry.timestamp <= TIME_MAX,
    command: TYPES.includes(command.type) && isText(command.accountId),
    idempotencyKey:
      !('idempotencyKey' in command) || command.idempotencyKey === undefined || isText(command.idempotencyKey),
    outcome:
      OUTCOMES.includes(outcome) &&
      (outcome === 'approved' ? hasEffect(entry) : transactionId === null && account === null),
    code: outcome === 'declined' ? code !== null && DECLINE_CODES.includes(code) : code === null,
    message: typeof entry.message === 'string',
    transactionId: transactionId === null || sequenceOfTransactionId(transactionId) === entry.sequence,
    amount: isAmount(entry.amount) && isText(entry.currency),
    postings: entry.postings.every(
      ({ accountId, currency, amount, balanceAfter }) =>
        isText(accountId) && isText(currency) && isAmount(amount) && isAmount(balanceAfter)
    ),
    holds: entry.holds.every(
      ({ accountId, amount, heldAfter }) => isText(accountId) && isAmount(amount) && isAmount(heldAfter)
    ),
    lifetimes:
      lifetimes === undefined
        ? command.type !== 'SetKeyLifetimes'
        : SETS_LIFETIMES.includes(command.type) && isValid(lifetimes),
    account:
      account === null ||
      (isText(account.accountId) &&
        isText(account.currency) &&
        [account.posted, account.held, account.overdraftLimit].every(isAmount))
  }
  return Object.keys(checks).find(field => !checks[field])
}
