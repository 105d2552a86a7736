import { expect } from 'chai'
import { acknowledgedIn, expectWhole, type NumberedIds } from '../support/after-a-crash.js'
import { startLedgerProcess, type LedgerProcess } from '../support/ledger-process.js'
import { temporaryDirectory } from '../support/stores.js'

/** How many payments are answered in each round before the process is killed in the middle of others. */
const ROUNDS = [1 + upTo(5), 20 + upTo(100), 500 + upTo(1_000)]

function upTo(max: number): number {
  return Math.floor(Math.random() * max)
}

async function payAndBeKilled(victim: LedgerProcess, first: number, answers: number): Promise<NumberedIds> {
  victim.tell('open')
  expect(await victim.nextLine()).to.equal('opened')
  victim.tell(`pay ${first}`)
  const lines: string[] = []
  while (lines.length < answers) lines.push(await victim.nextLine())
  lines.push(...(await victim.kill()))
  return acknowledgedIn(lines)
}

describe('a process that is killed while many pay', () => {
  const directory = temporaryDirectory()
  const path = `${directory.path}/payments.db`
  after(() => directory.dispose())

  it(`loses nothing that was answered and doubles nothing, killed after ${ROUNDS.join(', ')} answers`, async () => {
    const victims = ROUNDS.map(() => startLedgerProcess(path))
    const acknowledged: NumberedIds = new Map()
    let first = 0
    try {
      for (const [round, victim] of victims.entries()) {
        for (const [number, id] of await payAndBeKilled(victim, first, ROUNDS[round]!)) acknowledged.set(number, id)
        first = await expectWhole(path, acknowledged)
      }
    } finally {
      for (const victim of victims) await victim.kill()
    }
  }).timeout(60_000)
})
