import { AccountNotFoundError, type LedgerReader, type PaymentProcessor } from '../../index.js'
import { isInForce } from '../../money/currencies.js'
import { quoted } from '../quoted.js'
import type { CheckedFile } from './check.js'
import { FirstFew, type Counted } from './counted.js'
import type { ImportSettings } from './settings.js'

/** What can be asked about accounts: the processor, or a reader beside it. */
export type LedgerAccounts = Pick<PaymentProcessor | LedgerReader, 'getAccount' | 'listTransactions'>

/** A balance that the file shows before the first row of an account. */
export interface ShownOpening {
  readonly line: number
  readonly accountId: string
  readonly balance: bigint
}

/** What has to happen to accounts before the rows are booked. */
export interface AccountPlan {
  /** Balances other than 0 that the file shows before the first row of accounts in which nothing has moved yet. */
  readonly shown: Counted<ShownOpening>
  /** Balances to book, by account. */
  readonly openings: ReadonlyMap<string, { readonly balance: bigint; readonly isNew: boolean }>
  /** Accounts of the ledger that may go less far below zero than `--overdraft` says. */
  readonly limitsToRaise: readonly string[]
  /** How far below zero new accounts must be able to go, so that no row is declined for want of money. */
  readonly overdraftNeeded: bigint
  /** Why nothing may be booked. */
  readonly refusals: readonly string[]
}

/** Looks at the accounts of a checked file, and at the ledger where there is one. Changes nothing. */
export async function planAccounts(
  checked: CheckedFile,
  settings: ImportSettings,
  ledger: LedgerAccounts | undefined
): Promise<AccountPlan> {
  const { opening, overdraftLimit = 0n } = settings
  const shown = new FirstFew<ShownOpening>()
  const openings = new Map<string, { balance: bigint; isNew: boolean }>()
  const limitsToRaise: string[] = []
  let overdraftNeeded = 0n
  let started = 0
  let firstNew: string | undefined
  for (const [accountId, facts] of checked.accounts) {
    const found = ledger && (await stateOf(ledger, accountId))
    if (found !== undefined && found.overdraftLimit < overdraftLimit) limitsToRaise.push(accountId)
    if (found !== undefined && !found.isUntouched) continue
    started += 1
    if (found === undefined) firstNew ??= accountId
    const told = facts.opening(checked.direction)
    if (told !== undefined && told.balance !== 0n) shown.add({ accountId, ...told })
    const booked = typeof opening === 'bigint' ? opening : opening === 'file' ? (told?.balance ?? 0n) : 0n
    if (booked !== 0n) openings.set(accountId, { balance: booked, isNew: found === undefined })
    const lowest = -(booked + facts.lowest(checked.direction))
    if (lowest > overdraftNeeded) overdraftNeeded = lowest
  }
  const refusals = [
    ...(firstNew !== undefined && !isInForce(settings.currency) ? [withdrawn(settings.currency, firstNew)] : []),
    ...(opening === undefined && shown.count > 0 ? [MISSING] : []),
    ...(typeof opening === 'bigint' && started > 1 ? [oneValue(started)] : []),
    ...belowLimit(openings, overdraftLimit)
  ]
  return { shown, openings, limitsToRaise, overdraftNeeded, refusals }
}

const MISSING =
  'The file shows balances before its first rows. Add --opening file to book them, --opening none to begin at zero, ' +
  'or --opening with the balance.'

function withdrawn(currency: string, accountId: string): string {
  return (
    `Currency ${currency} is withdrawn, and account ${quoted(accountId)} would be new: only accounts that have it go on. ` +
    'Use --currency with the one that followed.'
  )
}

function oneValue(accounts: number): string {
  return `--opening with a balance is for one account, and the file begins ${accounts}. Use --opening file.`
}

function belowLimit(openings: AccountPlan['openings'], overdraftLimit: bigint): readonly string[] {
  const lowest = [...openings.values()].reduce((least, { balance }) => (balance < least ? balance : least), 0n)
  if (-lowest <= overdraftLimit) return []
  return [`An account begins at ${lowest} minor units, below what it may. Add --overdraft ${-lowest} or more.`]
}

/** `undefined` for an account that the ledger does not have. */
async function stateOf(ledger: LedgerAccounts, accountId: string) {
  try {
    const { posted, overdraftLimit } = await ledger.getAccount(accountId)
    return { overdraftLimit, isUntouched: posted === 0n && !(await hasTransactions(ledger, accountId)) }
  } catch (error) {
    if (error instanceof AccountNotFoundError) return undefined
    throw error
  }
}

async function hasTransactions(ledger: LedgerAccounts, accountId: string): Promise<boolean> {
  for await (const _transaction of ledger.listTransactions({ accountId, limit: 1 })) return true
  return false
}
