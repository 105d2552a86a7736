import type { AccountState } from '../../lib/domain/account.js'
import { newAccount } from '../../lib/domain/account.js'
import type { Command, ExpireHold } from '../../lib/domain/command.js'
import { decide } from '../../lib/domain/decide.js'
import type { Decision } from '../../lib/domain/decision.js'
import type { Entry } from '../../lib/domain/entry.js'
import { evolve } from '../../lib/domain/evolve.js'
import { FOR_EVER, lifetimesAfter } from '../../lib/domain/key-lifetimes.js'
import type { TransactionState } from '../../lib/domain/transaction.js'
import type { Context, View } from '../../lib/domain/view.js'

export const NOON = Date.UTC(2026, 0, 1, 12)
export const HOUR_MS = 3_600_000

/** A ledger just big enough for `decide`: a view in memory that every recorded entry changes. */
export interface SmallLedger extends View {
  /** Decides a command and applies what it records. */
  when(command: Command | ExpireHold, context?: Partial<Context>): Decision
  /** Decides a command whose entry must be recorded, and returns that entry. */
  record(command: Command | ExpireHold, context?: Partial<Context>): Entry
  /** Changes how an existing account stands, without an entry. */
  amend(accountId: string, standing: Partial<AccountState>): void
}

/** An account in US dollars, with whatever the row says about it. */
export function account(accountId: string, standing: Partial<AccountState> = {}): AccountState {
  const opened = newAccount({ accountId, currency: 'USD', overdraftLimit: 0n, metadata: {}, at: NOON, sequence: 1 })
  return { ...opened, ...standing }
}

export function ledgerOf(...accounts: readonly AccountState[]): SmallLedger {
  const accountsById = new Map(accounts.map(state => [state.accountId, state]))
  const entriesByKey = new Map<string, Entry>()
  const transactionsById = new Map<string, TransactionState>()
  let sequence = accounts.length
  let lifetimes = FOR_EVER

  const ledger: SmallLedger = {
    account: accountId => accountsById.get(accountId),
    keyed: (accountId, idempotencyKey) => entriesByKey.get(JSON.stringify([accountId, idempotencyKey])),
    transaction: transactionId => transactionsById.get(transactionId),
    when(command, context) {
      const defaults = { now: NOON, idSuffix: 'suffix', lifetimes }
      const decision = decide(command, ledger, { sequence: sequence + 1, ...defaults, ...context })
      if (decision.kind === 'record') apply(decision.entry)
      return decision
    },
    record(command, context) {
      const decision = ledger.when(command, context)
      if (decision.kind !== 'record') throw new Error(`Expected an entry, got ${decision.kind}`)
      return decision.entry
    },
    amend(accountId, standing) {
      accountsById.set(accountId, { ...accountsById.get(accountId)!, ...standing })
    }
  }
  return ledger

  function apply(entry: Entry): void {
    sequence = entry.sequence
    lifetimes = lifetimesAfter(entry, lifetimes)
    const { command, transactionId } = entry
    const changes = evolve(ledger, entry)
    if (transactionId !== null) transactionsById.set(transactionId, { entry, refunded: [], hold: null })
    for (const state of changes.accounts) accountsById.set(state.accountId, state)
    for (const state of changes.transactions) transactionsById.set(state.entry.transactionId!, state)
    // A refused attempt is no answer: it leaves its key as it was.
    if (entry.outcome === 'refused' || !('idempotencyKey' in command) || command.idempotencyKey === undefined) return
    entriesByKey.set(JSON.stringify([command.accountId, command.idempotencyKey]), entry)
  }
}

/** The error of a decision that must reject without recording anything. */
export function rejectionIn(decision: Decision): Error {
  if (decision.kind !== 'reject') throw new Error(`Expected a rejection, got ${decision.kind}`)
  return decision.error
}
