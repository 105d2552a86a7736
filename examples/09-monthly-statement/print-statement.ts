import { formatMoney, type PaymentProcessor, type Transaction } from 'bursar'

/** A month of one account; `to` is the first moment that no longer belongs to it. */
interface StatementQuery {
  readonly accountId: string
  readonly from: Date
  readonly to: Date
}

/** How many lines are read at once. It is small here so that this example needs several pages. */
const PAGE_LENGTH = 4

/** Prints the opening balance, a line with the running balance for whatever moved money, and the closing balance. */
export async function printStatement(
  processor: PaymentProcessor,
  { accountId, from, to }: StatementQuery
): Promise<void> {
  const { posted: opening, currency, sequence } = await processor.getBalance(accountId, { at: justBefore(from) })
  print(dayOf(from), 'opening balance', '', formatMoney(opening, currency))

  let balance = opening
  // The sequence of the last transaction seen is a cursor: it stays valid however much is written meanwhile.
  let after = sequence
  for (let page = await pageAfter(after); page.length > 0; page = await pageAfter(after)) {
    for (const transaction of page) {
      after = transaction.sequence
      const change = changeOf(transaction, accountId)
      // Authorizations, voids and expiries are in the list too, and move nothing.
      if (change === 0n) continue
      balance += change
      const text = transaction.metadata['text'] ?? transaction.kind
      print(dayOf(transaction.timestamp), text, formatMoney(change, currency), formatMoney(balance, currency))
    }
  }

  const { posted: closing } = await processor.getBalance(accountId, { at: justBefore(to) })
  print(dayOf(justBefore(to)), 'closing balance', '', formatMoney(closing, currency))
  if (balance !== closing) throw new Error(`Expected the lines to add up to ${closing}, got ${balance}.`)

  async function pageAfter(cursor: number): Promise<readonly Transaction[]> {
    const page: Transaction[] = []
    const query = { accountId, from, to, after: cursor, limit: PAGE_LENGTH }
    for await (const transaction of processor.listTransactions(query)) page.push(transaction)
    return page
  }
}

/** What a transaction did to the posted balance of an account: legs in, less legs out. */
function changeOf({ legs }: Transaction, accountId: string): bigint {
  let change = 0n
  for (const leg of legs) {
    if (leg.to === accountId) change += leg.amount
    if (leg.from === accountId) change -= leg.amount
  }
  return change
}

/** Recorded time has milliseconds: a balance "at" this moment takes everything earlier into account. */
function justBefore(time: Date): Date {
  return new Date(time.getTime() - 1)
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function print(day: string, text: string, change: string, balance: string): void {
  console.log(`${day}  ${text.padEnd(18)} ${change.padStart(9)} ${balance.padStart(9)}`)
}
