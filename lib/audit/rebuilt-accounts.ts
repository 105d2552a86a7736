import { hash } from 'node:crypto'
import type { AccountState, FreezeDirection } from '../domain/account.js'
import { invariant } from '../domain/errors.js'

/** What only the entry of its creation has. */
export type Origin = Pick<AccountState, 'metadata' | 'createdAt'>

/** The few combinations of these that there are; accounts name theirs by number. */
interface Standing {
  readonly currency: string
  readonly frozen: FreezeDirection | null
  readonly closed: boolean
}

const FIRST_CAPACITY = 1_024

/**
 * Accounts as they follow from the journal, in columns of numbers: a record for each would cost several times the memory,
 * and a large ledger has millions. Of what its creation says (metadata, and when it was) only
 * a number is kept to compare with: the entry has it.
 */
export class RebuiltAccounts {
  readonly #rows = new Map<string, number>()
  readonly #standings: Standing[] = []
  readonly #standingNumbers = new Map<string, number>()
  #posted = new BigInt64Array(FIRST_CAPACITY)
  #held = new BigInt64Array(FIRST_CAPACITY)
  #overdraftLimit = new BigInt64Array(FIRST_CAPACITY)
  #standing = new Uint32Array(FIRST_CAPACITY)
  #createdSequence = new Float64Array(FIRST_CAPACITY)
  #holdDeadline = new Float64Array(FIRST_CAPACITY)
  #origin = new Float64Array(FIRST_CAPACITY)

  get size(): number {
    return this.#rows.size
  }

  /** An account with its fields in the order that a journal has them. */
  get(accountId: string, origin = NOT_KEPT): AccountState | undefined {
    const row = this.#rows.get(accountId)
    if (row === undefined) return undefined
    const { currency, frozen, closed } = this.#standings[this.#standing[row]!]!
    const holdDeadline = this.#holdDeadline[row]!
    return {
      accountId,
      currency,
      posted: this.#posted[row]!,
      held: this.#held[row]!,
      overdraftLimit: this.#overdraftLimit[row]!,
      frozen,
      closed,
      metadata: origin.metadata,
      createdAt: origin.createdAt,
      createdSequence: this.#createdSequence[row]!,
      holdDeadline: holdDeadline === NO_DEADLINE ? null : holdDeadline
    }
  }

  ids(): Iterable<string> {
    return this.#rows.keys()
  }

  /** What `originNumber` makes of an account as it was created. */
  originOf(accountId: string): number | undefined {
    const row = this.#rows.get(accountId)
    return row === undefined ? undefined : this.#origin[row]
  }

  /** The entry that created an account. */
  createdSequenceOf(accountId: string): number | undefined {
    const row = this.#rows.get(accountId)
    return row === undefined ? undefined : this.#createdSequence[row]
  }

  set(account: AccountState): void {
    const { accountId, posted, held, overdraftLimit } = account
    // A column would silently keep the low 64 bits of a forged amount.
    for (const amount of [posted, held, overdraftLimit]) {
      invariant(BigInt.asIntN(64, amount) === amount, `amount ${amount} of ${accountId} leaves the range of amounts`)
    }
    const row = this.#rows.get(accountId) ?? this.#add(account)
    this.#posted[row] = posted
    this.#held[row] = held
    this.#overdraftLimit[row] = overdraftLimit
    this.#standing[row] = this.#numberOf(account)
    this.#createdSequence[row] = account.createdSequence
    this.#holdDeadline[row] = account.holdDeadline ?? NO_DEADLINE
  }

  #add(account: AccountState): number {
    const row = this.#rows.size
    if (row === this.#standing.length) {
      this.#posted = doubled(this.#posted, new BigInt64Array(row * 2))
      this.#held = doubled(this.#held, new BigInt64Array(row * 2))
      this.#overdraftLimit = doubled(this.#overdraftLimit, new BigInt64Array(row * 2))
      this.#standing = doubled(this.#standing, new Uint32Array(row * 2))
      this.#createdSequence = doubled(this.#createdSequence, new Float64Array(row * 2))
      this.#holdDeadline = doubled(this.#holdDeadline, new Float64Array(row * 2))
      this.#origin = doubled(this.#origin, new Float64Array(row * 2))
    }
    this.#rows.set(account.accountId, row)
    this.#origin[row] = originNumber(account)
    return row
  }

  #numberOf({ currency, frozen, closed }: Standing): number {
    const text = `${currency} ${frozen} ${closed}`
    const known = this.#standingNumbers.get(text)
    if (known !== undefined) return known
    this.#standingNumbers.set(text, this.#standings.length)
    return this.#standings.push({ currency, frozen, closed }) - 1
  }
}

/** 48 bits of a hash: enough to see that metadata or the time of creation are others. */
export function originNumber({ metadata, createdAt }: Origin): number {
  return hash('sha256', JSON.stringify([createdAt, metadata]), 'buffer').readUIntBE(0, 6)
}

const NOT_KEPT: Origin = { metadata: {}, createdAt: 0 }
const NO_DEADLINE = -1

function doubled<Column extends BigInt64Array | Uint32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column as BigInt64Array & Uint32Array & Float64Array)
  return larger
}
