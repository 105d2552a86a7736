import { AMOUNT_MAX, type Account, type DeclineCode } from 'bursar'
import type { Command } from './plan.js'
import { resolve } from './meaning.js'

export interface Movement {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly currency: string
}

export interface ModelTransaction {
  readonly type: Command['type']
  readonly accountId: string
  readonly legs: readonly (Movement & { refunded: bigint })[]
  readonly hold?: Hold
}

export interface Hold {
  readonly accountId: string
  readonly amount: bigint
  readonly payee: string
  readonly deadline: number
  ended: 'captured' | 'voided' | null
}

export interface Standing {
  readonly currency: string
  overdraftLimit: bigint
  frozen: 'debits' | 'credits' | 'all' | null
  closed: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly createdAt: number
}

type Shortage = Extract<DeclineCode, 'insufficient_funds' | 'payee_insufficient_funds'>

/** The accounts, transactions and holds of the reference model, and what speaks against moving money between them. */
export class ReferenceBooks {
  now = 0
  /** Recorded time of the latest command in the journal. */
  last = 0
  transactionCount = 0
  readonly accounts = new Map<string, Standing>()
  /** Posted balances, those of system accounts included. */
  readonly posted = new Map<string, bigint>()
  readonly transactions = new Map<string, ModelTransaction>()
  readonly holds: Hold[] = []

  /** Recorded time never runs backwards. */
  turnTo(clock: number): void {
    this.now = Math.max(clock, this.last)
  }

  /** The currency of an account, and so whether it exists; system accounts always do. */
  currencyOf(accountId: string): string | undefined {
    return this.accounts.get(accountId)?.currency ?? /^@(?:funding|settlement):([A-Z]{3})$/.exec(accountId)?.[1]
  }

  /** A hold counts until it is captured, voided or due. */
  heldOf(accountId: string): bigint {
    const counting = this.holds.filter(hold => hold.accountId === accountId && this.stateOf(hold) === 'open')
    return counting.reduce((sum, hold) => sum + hold.amount, 0n)
  }

  stateOf({ ended, deadline }: Hold): 'open' | 'captured' | 'voided' | 'expired' {
    return ended ?? (deadline <= this.now ? 'expired' : 'open')
  }

  accountOf(accountId: string): Account {
    const { createdAt, ...standing } = this.accounts.get(accountId)!
    const posted = this.posted.get(accountId) ?? 0n
    const held = this.heldOf(accountId)
    const available = inRange(posted - held + standing.overdraftLimit)
    return { accountId, posted, held, available, ...standing, createdAt: new Date(createdAt) }
  }

  /** The movement that a command asks for, in the currency that it believes in. */
  movement(
    { accountId, amount, currency }: { accountId: string; amount: bigint | number; currency?: string },
    from: string,
    to: string | undefined
  ): Movement {
    const own = this.currencyOf(accountId)!
    return { from: resolve(from, own), to: resolve(to, own), amount: BigInt(amount), currency: currency ?? own }
  }

  /** Every rule that speaks against a whole of movements; without a shortage to name, money is no question. */
  against(movements: readonly Movement[], shortage: Shortage | undefined): DeclineCode[] {
    const codes: DeclineCode[] = []
    for (const { from, to, currency } of movements) {
      const [payer, payee] = [this.accounts.get(from), this.accounts.get(to)]
      if (from === to) codes.push('same_account')
      if (payer?.closed || payee?.closed) codes.push('account_closed')
      if (payer?.frozen === 'debits' || payer?.frozen === 'all') codes.push('account_frozen')
      if (payee?.frozen === 'credits' || payee?.frozen === 'all') codes.push('account_frozen')
      if (this.currencyOf(from) !== currency || this.currencyOf(to) !== currency) codes.push('currency_mismatch')
    }
    if (this.#balancesOnTheWay(movements).some(balance => balance !== inRange(balance))) codes.push('amount_overflow')
    for (const [accountId, change] of changesOf(movements)) {
      if (shortage === undefined || change >= 0n || !this.accounts.has(accountId)) continue
      if (this.accountOf(accountId).available < -change) codes.push(shortage)
    }
    return codes
  }

  /** What each account has after each movement, one after the other. */
  #balancesOnTheWay(movements: readonly Movement[]): bigint[] {
    const now = new Map<string, bigint>()
    return movements.flatMap(({ from, to, amount }) =>
      (
        [
          [from, -amount],
          [to, amount]
        ] as const
      ).map(([accountId, change]) => {
        const balance = (now.get(accountId) ?? this.posted.get(accountId) ?? 0n) + change
        now.set(accountId, balance)
        return balance
      })
    )
  }

  apply(movements: readonly Movement[], command: Command): ModelTransaction {
    for (const [accountId, change] of changesOf(movements)) {
      this.posted.set(accountId, (this.posted.get(accountId) ?? 0n) + change)
    }
    const legs = movements.map(movement => ({ ...movement, refunded: 0n }))
    return { type: command.type, accountId: command.accountId, legs }
  }
}

/** What is shown of a sum that a signed 64-bit column could not hold. */
function inRange(sum: bigint): bigint {
  if (sum > AMOUNT_MAX) return AMOUNT_MAX
  return sum < -AMOUNT_MAX ? -AMOUNT_MAX : sum
}

/** What movements do to each account, all together. */
function changesOf(movements: readonly Movement[]): ReadonlyMap<string, bigint> {
  const changes = new Map<string, bigint>()
  for (const { from, to, amount } of movements) {
    changes.set(from, (changes.get(from) ?? 0n) - amount)
    changes.set(to, (changes.get(to) ?? 0n) + amount)
  }
  return changes
}
