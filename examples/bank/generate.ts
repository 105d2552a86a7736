import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { chance } from './chance.js'
import { customer, movementsOf, OVERDRAFT, type Customer, type Movement } from './customer.js'

export interface BankOptions {
  /** The same seed and rows give the same file, byte for byte; 0 … 2^32−1. */
  readonly seed: number
  readonly rows: number
}

/** About what one customer does in a year. */
const ROWS_PER_CUSTOMER = 60

const FIRST_DAY = Date.UTC(2025, 0, 1)
const DAY_MS = 86_400_000

/** The lines of a bank's year, header first: day by day, with running balances. It lasts for as many rows as asked. */
export function* bankLines({ seed, rows }: BankOptions): Generator<string> {
  yield 'transactionId,date,accountId,kind,operation,amount,balanceAfter'
  const luck = chance(seed)
  const customers = Array.from({ length: Math.ceil(rows / ROWS_PER_CUSTOMER) }, (_, index) =>
    // The seed is in every id, so that two generated banks may share a ledger.
    customer(`${seed}-${String(index + 1).padStart(4, '0')}`, luck)
  )
  const balances = new Map<Customer, bigint>()
  let written = 0
  for (let day = 0; ; day += 1) {
    const today = new Date(FIRST_DAY + day * DAY_MS)
    const date = today.toISOString().slice(0, 10)
    for (const who of customers) {
      for (const movement of wishesOf(who, day, today)) {
        const balance = (balances.get(who) ?? 0n) + (movement.kind === 'deposit' ? movement.amount : -movement.amount)
        if (balance < -OVERDRAFT) continue
        if (written === rows) return
        written += 1
        balances.set(who, balance)
        const { kind, operation, amount } = movement
        yield `${seed}-${written},${date},${who.accountId},${kind},${operation},${amount},${balance}`
      }
    }
  }

  function wishesOf(who: Customer, day: number, today: Date): readonly Movement[] {
    if (day < who.opensOn) return []
    const balance = balances.get(who)
    if (balance !== undefined) return movementsOf(who, today, balance, luck)
    return [{ kind: 'deposit', operation: 'first-deposit', amount: who.firstDeposit }]
  }
}

/** Writes the bank's year to a file; an interrupted run leaves no half of one under that name. */
export async function generateBank(
  path: string,
  options: BankOptions & { readonly signal: AbortSignal }
): Promise<void> {
  const unfinished = `${path}.part`
  try {
    await pipeline(inBlocks(bankLines(options)), createWriteStream(unfinished), { signal: options.signal })
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true })
  }
}

const LINES_PER_BLOCK = 1_000

function* inBlocks(lines: Iterable<string>): Generator<string> {
  let block: string[] = []
  for (const line of lines) {
    block.push(line + '\n')
    if (block.length < LINES_PER_BLOCK) continue
    yield block.join('')
    block = []
  }
  yield block.join('')
}
