import { openPaymentProcessor, type DeadLetter, type PaymentProcessor } from '../../index.js'
import { sqliteStore } from '../../store/sqlite/index.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { counted } from '../layout.js'

const WRITES = 'Writes to the ledger, so no other process may have it open for writing.'

export const listDeadLetters: CliCommand = {
  name: 'dead-letters list',
  summary: 'commands that could not be handled, the oldest first',
  positionals: ['ledger'],
  options: [],
  async run({ positionals: [path], output }) {
    await using reader = await readLedger(path!)
    let found = 0
    for await (const letter of reader.deadLetters.list()) {
      found++
      await output.answer(letter, () => [lineOf(letter)])
      if (output.readerLeft.aborted) break
    }
    if (found === 0) await output.nothing('No dead letters.')
    return EXIT.ok
  }
}

export const retryDeadLetter: CliCommand = {
  name: 'dead-letters retry',
  summary: 'executes a dead letter again, with the key that it has',
  positionals: ['ledger', 'id'],
  options: [],
  notes: WRITES,
  async run({ positionals: [path, id], output }) {
    await using processor = await openToWrite(path!)
    const result = await processor.deadLetters.retry(id!)
    await output.answer(result, () => [
      result.success ? `Executed as entry ${result.sequence}.` : `Declined: ${result.code}. ${result.message}`
    ])
    return result.success ? EXIT.ok : EXIT.attention
  }
}

export const discardDeadLetter: CliCommand = {
  name: 'dead-letters discard',
  summary: 'takes a dead letter away for good, and records why',
  positionals: ['ledger', 'id', 'reason'],
  options: [],
  notes: WRITES,
  async run({ positionals: [path, id, reason], output }) {
    await using processor = await openToWrite(path!)
    await processor.deadLetters.discard(id!, reason!)
    await output.answer({ discarded: id }, () => [`Discarded ${id}.`])
    return EXIT.ok
  }
}

function openToWrite(path: string): Promise<PaymentProcessor> {
  return openPaymentProcessor({ store: sqliteStore({ path, create: 'never' }) })
}

function lineOf({ id, command, cause, attempts, lastAt }: DeadLetter): string {
  return [
    lastAt.toISOString(),
    id,
    (command?.type ?? 'unreadable').padEnd(TYPE_WIDTH),
    (command?.accountId ?? '').padEnd(ACCOUNT_WIDTH),
    counted(attempts, 'attempt').padEnd(ATTEMPTS_WIDTH),
    cause.message
  ].join('  ')
}

const TYPE_WIDTH = 17
const ACCOUNT_WIDTH = 20
const ATTEMPTS_WIDTH = 11
