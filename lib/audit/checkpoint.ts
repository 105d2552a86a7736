import { createHash } from 'node:crypto'
import type { AccountState } from '../domain/account.js'
import { InvalidRequestError } from '../domain/errors.js'
import { fieldsOf, shapeOf } from '../domain/known-fields.js'
import { show } from '../domain/show.js'
import { isCountedTransaction, type TransactionState } from '../domain/transaction.js'
import type { StoreSession, StoreSnapshot } from '../store/store.js'
import { BEGINNING, linkOf } from './chain-link.js'
import { accountsOf, changedTransactionsOf } from './stored-state.js'
import { nextTurn } from '../timers.js'

/** A moment of a ledger in a few plain values, to be kept where nobody who can write the ledger can write as well. */
export interface Checkpoint {
  readonly version: 1
  /** The last entry of that moment; 0 for an empty ledger. */
  readonly sequence: number
  /** Its hash, which covers every entry up to it; hex. */
  readonly hash: string
  /** Its recorded time, milliseconds since the epoch. */
  readonly timestamp: number
  readonly transactionCount: number
  readonly accountCount: number
  /** Hex SHA-256 over how every account, every refunded payment and every hold stood. */
  readonly stateHash: string
}

const PAGE_LENGTH = 1_000

/** Describes the moment that the tables of a ledger show. */
export async function takeCheckpoint(session: Pick<StoreSession, 'snapshot'>): Promise<Checkpoint> {
  const snapshot = await session.snapshot()
  try {
    const { sequence, hash, timestamp } = await linkAt(snapshot, snapshot.tablesThrough)
    const transactionCount = snapshot.head.transactionCount - (await countedAfter(snapshot, sequence))
    const state = new StateHash()
    for await (const account of accountsOf(snapshot)) state.addAccount(account)
    for await (const transaction of changedTransactionsOf(snapshot)) state.addTransaction(transaction)
    const { accountCount } = state
    return { version: 1, sequence, hash, timestamp, transactionCount, accountCount, stateHash: state.digest() }
  } finally {
    await snapshot.close()
  }
}

async function linkAt(snapshot: StoreSnapshot, sequence: number) {
  const [chained] = sequence === 0 ? [] : await snapshot.journal({ after: sequence - 1, limit: 1 })
  return chained === undefined ? BEGINNING : linkOf(chained)
}

/** Transactions that the tables do not show yet. */
async function countedAfter(snapshot: StoreSnapshot, sequence: number): Promise<number> {
  let count = 0
  for (let after = sequence; after < snapshot.head.sequence;) {
    await nextTurn()
    const page = await snapshot.journal({ after, limit: PAGE_LENGTH })
    if (page.length === 0) break
    count += page.filter(({ entry }) => isCountedTransaction(entry)).length
    after = page.at(-1)!.entry.sequence
  }
  return count
}

export type AccountStanding = Pick<
  AccountState,
  'accountId' | 'currency' | 'posted' | 'held' | 'overdraftLimit' | 'frozen' | 'closed'
>

/** A hash over how everything stands: accounts in the order of their ids, then transactions in theirs. */
export class StateHash {
  readonly #hash = createHash('sha256')
  accountCount = 0

  addAccount(account: AccountStanding): void {
    const { accountId, currency, posted, held, overdraftLimit, frozen, closed } = account
    this.#add([accountId, currency, String(posted), String(held), String(overdraftLimit), frozen, closed])
    this.accountCount++
  }

  addTransaction({ entry, refunded, hold }: TransactionState): void {
    this.#add([entry.sequence, refunded.map(String), hold?.status ?? null])
  }

  digest(): string {
    return this.#hash.digest('hex')
  }

  #add(standing: readonly unknown[]): void {
    this.#hash.update(`${JSON.stringify(standing)}\n`)
  }
}

const HASH = /^[0-9a-f]{64}$/
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isHash = (value: unknown) => typeof value === 'string' && HASH.test(value)

const IS_VALID: { readonly [Field in keyof Checkpoint]: (value: unknown) => boolean } = {
  version: value => value === 1,
  sequence: isCount,
  hash: isHash,
  timestamp: isCount,
  transactionCount: isCount,
  accountCount: isCount,
  stateHash: isHash
}

const CHECKPOINT = shapeOf<Checkpoint>('checkpoint', {
  version: true,
  sequence: true,
  hash: true,
  timestamp: true,
  transactionCount: true,
  accountCount: true,
  stateHash: true
})

/** A checkpoint that comes from outside, checked and copied. @throws InvalidRequestError */
export function checkpointField(value: unknown, name: string): Checkpoint {
  const fields = fieldsOf(value as Checkpoint, CHECKPOINT, name)
  for (const [field, isValid] of Object.entries(IS_VALID)) {
    if (isValid(fields[field as keyof Checkpoint])) continue
    throw new InvalidRequestError(
      `Expected ${name} to be what checkpoint() returned, got ${show(value)}` +
        ` with ${field} ${show(fields[field as keyof Checkpoint])}. Pass the whole record, parsed from its JSON.`
    )
  }
  return fields as Checkpoint
}
