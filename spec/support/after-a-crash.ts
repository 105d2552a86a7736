import { openPaymentProcessor, type JournalEntry, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { collect } from './expectations.js'
import {
  accountOfPayment,
  amountOfPayment,
  numberedPayment,
  numberOfPayment,
  openPayers,
  OPENING_BALANCE,
  PAYERS
} from './numbered-payments.js'

/** Everything that a process may have paid before it was killed is asked again at once. */
const QUEUE_LENGTH_MAX = 1_000_000

/** Numbered payments, by number, with the ids of their transactions. */
export type NumberedIds = Map<number, string>

/** The payments that a ledger process says were answered. */
export function acknowledgedIn(lines: readonly string[]): NumberedIds {
  const answers = lines.filter(line => /^\d+ /.test(line)).map(line => line.split(' '))
  return new Map(answers.map(([number, id]) => [Number(number), id!]))
}

/** Those that a reopened ledger does not know, or knows under another id. */
export async function lostIn(path: string, acknowledged: NumberedIds): Promise<readonly number[]> {
  await using processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
  const effects = effectsOf(await collect(processor.journal()))
  return [...acknowledged].filter(([number, id]) => effects.get(number) !== id).map(([number]) => number)
}

/**
 * Opens a ledger whose process was killed, and expects that nothing acknowledged is lost, nothing is doubled, the books
 * agree, and every key answers. Resolves with the number that the next payment may have.
 */
export async function expectWhole(path: string, acknowledged: NumberedIds): Promise<number> {
  await using processor = await openPaymentProcessor({
    store: sqliteStore({ path }),
    maxQueueLength: QUEUE_LENGTH_MAX
  })
  const journal = await collect(processor.journal())
  const effects = effectsOf(journal)
  for (const [number, id] of acknowledged) expect(effects.get(number), `payment ${number}`).to.equal(id)
  const report = await processor.verify()
  expect(report.problems).to.deep.equal([])
  expect(report.entries).to.equal(journal.length)
  expect(await processor.getTransactionCount()).to.equal(effects.size)

  // A process may have been killed before all accounts were open.
  await openPayers(processor)
  await expectBalancesFrom(processor, effects)
  const next = Math.max(0, ...effects.keys()) + 50
  await expectSameAnswers(processor, { through: next - 1, effects })
  return next
}

/** Payments in the journal, by number; a second effect of one payment fails. */
function effectsOf(journal: readonly JournalEntry[]): NumberedIds {
  const effects: NumberedIds = new Map()
  for (const { command, outcome, transactionId } of journal) {
    if (command.type !== 'ProcessPayment' || outcome !== 'approved') continue
    const number = numberOfPayment(command.idempotencyKey)
    expect(effects.has(number), `payment ${number} happened before`).to.equal(false)
    effects.set(number, transactionId!)
  }
  return effects
}

async function expectBalancesFrom(processor: PaymentProcessor, effects: NumberedIds): Promise<void> {
  for (const accountId of PAYERS) {
    const paid = [...effects.keys()]
      .filter(number => accountOfPayment(number) === accountId)
      .reduce((sum, number) => sum + amountOfPayment(number), 0n)
    expect((await processor.getBalance(accountId)).posted, accountId).to.equal(OPENING_BALANCE - paid)
  }
}

/** Asks everything again: what had happened is replayed, and what had not happens now, once. */
async function expectSameAnswers(
  processor: PaymentProcessor,
  { through, effects }: { readonly through: number; readonly effects: NumberedIds }
): Promise<void> {
  const numbers = Array.from({ length: through + 1 }, (_, number) => number)
  const answers = await Promise.all(numbers.map(number => processor.processPayment(numberedPayment(number))))
  for (const [number, answer] of answers.entries()) {
    expect(answer.success, `payment ${number}`).to.equal(true)
    expect(answer.replayed, `payment ${number}`).to.equal(effects.has(number))
    if (effects.has(number)) expect(answer.transactionId).to.equal(effects.get(number))
  }
  const all = effectsOf(await collect(processor.journal()))
  expect(all.size).to.equal(through + 1)
  await expectBalancesFrom(processor, all)
}
