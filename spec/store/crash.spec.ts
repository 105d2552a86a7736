import { openPaymentProcessor, type JournalEntry, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { collect } from '../support/expectations.js'
import { startLedgerProcess, type LedgerProcess } from '../support/ledger-process.js'
import { accountOfPayment, amountOfPayment, keyOfPayment, PAYERS } from '../support/numbered-payments.js'
import { temporaryDirectory } from '../support/stores.js'

/** How many payments are answered in each round before the process is killed in the middle of others. */
const ROUNDS = [1 + upTo(5), 20 + upTo(100), 500 + upTo(1_000)]
const OPENING_BALANCE = 1_000_000n

/** Payments that were answered, by number, with the ids of their transactions. */
type Acknowledged = Map<number, string>

function upTo(max: number): number {
  return Math.floor(Math.random() * max)
}

async function payAndBeKilled(victim: LedgerProcess, first: number, answers: number): Promise<Acknowledged> {
  victim.tell('open')
  expect(await victim.nextLine()).to.equal('opened')
  victim.tell(`pay ${first}`)
  const lines: string[] = []
  while (lines.length < answers) lines.push(await victim.nextLine())
  lines.push(...(await victim.kill()))
  return new Map(lines.map(line => line.split(' ')).map(([number, id]) => [Number(number), id!]))
}

/** Payments in the journal, by number; a second effect of one payment fails. */
function effectsOf(journal: readonly JournalEntry[]): Acknowledged {
  const effects: Acknowledged = new Map()
  for (const { command, outcome, transactionId } of journal) {
    if (command.type !== 'ProcessPayment' || outcome !== 'approved') continue
    const number = Number(command.idempotencyKey.replace('payment-', ''))
    expect(effects.has(number), `payment ${number} happened before`).to.equal(false)
    effects.set(number, transactionId!)
  }
  return effects
}

async function expectBalancesFrom(processor: PaymentProcessor, effects: Acknowledged): Promise<void> {
  for (const accountId of PAYERS) {
    const paid = [...effects.keys()]
      .filter(number => accountOfPayment(number) === accountId)
      .reduce((sum, number) => sum + amountOfPayment(number), 0n)
    expect((await processor.getBalance(accountId)).posted, accountId).to.equal(OPENING_BALANCE - paid)
  }
}

describe('a process that is killed while many pay', () => {
  const directory = temporaryDirectory()
  const path = `${directory.path}/payments.db`
  after(() => directory.dispose())

  it(`loses nothing that was answered and doubles nothing, killed after ${ROUNDS.join(', ')} answers`, async () => {
    const victims = ROUNDS.map(() => startLedgerProcess(path))
    const acknowledged: Acknowledged = new Map()
    let first = 0
    try {
      for (const [round, victim] of victims.entries()) {
        for (const [number, id] of await payAndBeKilled(victim, first, ROUNDS[round]!)) acknowledged.set(number, id)

        const processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
        const journal = await collect(processor.journal())
        const effects = effectsOf(journal)
        for (const [number, id] of acknowledged) expect(effects.get(number), `payment ${number}`).to.equal(id)
        await expectBalancesFrom(processor, effects)
        expect(await processor.getTransactionCount()).to.equal(effects.size)

        const report = await processor.verify()
        expect(report.problems).to.deep.equal([])
        expect(report.entries).to.equal(journal.length)

        first = Math.max(...effects.keys()) + 50
        await expectSameAnswers(processor, { through: first - 1, effects })
        await processor.close()
      }
    } finally {
      for (const victim of victims) await victim.kill()
    }
  }).timeout(60_000)

  /** Asks everything again: what had happened is replayed, and what had not happens now, once. */
  async function expectSameAnswers(
    processor: PaymentProcessor,
    { through, effects }: { readonly through: number; readonly effects: Acknowledged }
  ): Promise<void> {
    const numbers = Array.from({ length: through + 1 }, (_, number) => number)
    const answers = await Promise.all(
      numbers.map(number =>
        processor.processPayment({
          accountId: accountOfPayment(number),
          amount: amountOfPayment(number),
          idempotencyKey: keyOfPayment(number)
        })
      )
    )
    for (const [number, answer] of answers.entries()) {
      expect(answer.success, `payment ${number}`).to.equal(true)
      expect(answer.replayed, `payment ${number}`).to.equal(effects.has(number))
      if (effects.has(number)) expect(answer.transactionId).to.equal(effects.get(number))
    }
    const all = effectsOf(await collect(processor.journal()))
    expect(all.size).to.equal(through + 1)
    await expectBalancesFrom(processor, all)
  }
})
