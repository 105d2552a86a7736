import { withinRange } from './money.js'

export type FreezeDirection = 'debits' | 'credits' | 'all'

export type Metadata = Readonly<Record<string, string>>

/** An account as the ledger keeps it. Amounts are minor units, times are milliseconds since the epoch. */
export interface AccountState {
  readonly accountId: string
  readonly currency: string
  readonly posted: bigint
  readonly held: bigint
  readonly overdraftLimit: bigint
  readonly frozen: FreezeDirection | null
  readonly closed: boolean
  readonly metadata: Metadata
  readonly createdAt: number
  /** The sequence of the entry that created the account: its number for life. */
  readonly createdSequence: number
  /** No open hold of this account ends before this time; `null` when none is open. */
  readonly holdDeadline: number | null
}

/** Where deposits and opening balances come from, and where payments without a payee go. */
export const FUNDING = '@funding'
export const SETTLEMENT = '@settlement'
/** What commands about the whole ledger act for: a scope of idempotency keys, and no account. */
export const LEDGER = '@ledger'
export const SYSTEM_NAMES: readonly string[] = [FUNDING, SETTLEMENT]

const AT = '@'.charCodeAt(0)

export function isSystemAccount(accountId: string): boolean {
  return accountId.charCodeAt(0) === AT
}

/** System accounts exist once per currency: `@settlement:USD`. */
export function systemAccountId(name: string, currency: string): string {
  const known = KNOWN_IDS[name]?.get(currency)
  if (known !== undefined) return known
  const id = `${name}:${currency}`
  KNOWN_IDS[name]?.set(currency, id)
  return id
}

/** Every payment names one of these, and the same text each time is found faster than an equal one. */
const KNOWN_IDS: Readonly<Record<string, Map<string, string>>> = { [FUNDING]: new Map(), [SETTLEMENT]: new Map() }

/** The system account behind an id, opened on first use; `undefined` for ids that name none. */
export function newSystemAccount(
  accountId: string,
  opened: { at: number; sequence: number }
): AccountState | undefined {
  const [name, currency, ...rest] = accountId.split(':')
  if (!name || !currency || rest.length > 0 || !SYSTEM_NAMES.includes(name)) return undefined
  return newAccount({ accountId, currency, overdraftLimit: 0n, metadata: {}, ...opened })
}

export function newAccount(account: {
  accountId: string
  currency: string
  overdraftLimit: bigint
  metadata: Metadata
  at: number
  sequence: number
}): AccountState {
  return {
    accountId: account.accountId,
    currency: account.currency,
    posted: 0n,
    held: 0n,
    overdraftLimit: account.overdraftLimit,
    frozen: null,
    closed: false,
    metadata: account.metadata,
    createdAt: account.at,
    createdSequence: account.sequence,
    holdDeadline: null
  }
}

/**
 * An account whose money has moved. Written out field by field, as every payment makes two: what a spread makes lies in
 * pieces and takes three times as long.
 */
export function withMoney(
  account: AccountState,
  { posted, held, holdDeadline }: Pick<AccountState, 'posted' | 'held' | 'holdDeadline'>
): AccountState {
  return {
    accountId: account.accountId,
    currency: account.currency,
    posted,
    held,
    overdraftLimit: account.overdraftLimit,
    frozen: account.frozen,
    closed: account.closed,
    metadata: account.metadata,
    createdAt: account.createdAt,
    createdSequence: account.createdSequence,
    holdDeadline
  }
}

/**
 * A field that has held nothing but large numbers gets a box for its number in every copy of the object; one that has
 * held something else, too, shares the box with the copy. (V8 remembers it for all objects of one shape.)
 */
newAccount({ accountId: '', currency: '', overdraftLimit: 0n, metadata: {}, at: undefined as never, sequence: 0 })

/** What may still be spent or held: `posted − held + overdraftLimit`, as far as an amount can go. */
export function availableOf(account: Pick<AccountState, 'posted' | 'held' | 'overdraftLimit'>): bigint {
  // Most accounts have neither, and every sum would be one more number on the heap.
  if (account.held === 0n && account.overdraftLimit === 0n) return account.posted
  return withinRange(account.posted - account.held + account.overdraftLimit)
}

export function isFrozenFor(account: AccountState, direction: 'debits' | 'credits'): boolean {
  return account.frozen === 'all' || account.frozen === direction
}
