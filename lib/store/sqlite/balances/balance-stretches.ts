import { endianness } from 'node:os'
import type { Database, Statement } from '../database/driver.js'
import { MovedBalances } from './moved-balances.js'

/** What accounts have posted after a stretch of the journal that moved their money; accounts by the entry that opened them. */
export interface Stretch {
  readonly accounts: Float64Array
  readonly posted: BigInt64Array
}

interface StretchRow {
  readonly through: number
  readonly accounts: Uint8Array
  readonly posted: Uint8Array
}

/** The lowest byte first, whatever the processor does. */
export function bytesOf(values: Float64Array | BigInt64Array): Uint8Array {
  const bytes = Buffer.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return endianness() === 'LE' ? bytes : bytes.swap64()
}

export function stretchFromRow({ accounts, posted }: Pick<StretchRow, 'accounts' | 'posted'>): Stretch {
  return { accounts: new Float64Array(buffered(accounts)), posted: new BigInt64Array(buffered(posted)) }
}

function buffered(bytes: Uint8Array): ArrayBuffer {
  const copy = Buffer.from(new ArrayBuffer(bytes.length))
  copy.set(bytes)
  if (endianness() !== 'LE') copy.swap64()
  return copy.buffer
}

/**
 * Reads what accounts have posted where their rows do not say it yet. What was read before is kept, as long as it stands
 * there.
 */
export class BalanceStretches {
  readonly #ends: Statement
  readonly #behind: Statement
  #balances = new MovedBalances()
  #first: number | null = null
  #last = 0

  constructor(database: Database) {
    this.#ends = database.prepare(
      'SELECT (SELECT min(through) FROM moved_balances) AS first, (SELECT max(through) FROM moved_balances) AS last'
    )
    this.#behind = database.prepare(
      'SELECT through, accounts, posted FROM moved_balances WHERE through > ? ORDER BY through'
    )
  }

  now(): MovedBalances {
    const { first, last } = this.#ends.get() as { readonly first: number | null; readonly last: number | null }
    if (first !== this.#first) {
      // The rows of accounts have come to say it.
      this.#balances = new MovedBalances()
      this.#last = 0
      this.#first = first
    }
    if (last !== null && last > this.#last) {
      for (const row of this.#behind.all(this.#last) as StretchRow[]) this.#balances.add(stretchFromRow(row))
      this.#last = last
    }
    return this.#balances
  }
}
