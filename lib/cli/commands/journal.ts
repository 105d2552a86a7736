import type { JournalEntry } from '../../index.js'
import { count } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { moneyText } from '../layout.js'

export const journal: CliCommand = {
  name: 'journal',
  summary: 'every entry of the journal, in order, declines included',
  positionals: ['ledger'],
  options: [
    { name: 'after', value: 'SEQUENCE', help: 'begin behind this entry (default: 0)' },
    { name: 'limit', value: 'N', help: 'how many entries at most (default: all)' }
  ],
  notes:
    'A line has: sequence, recorded time, command, account, amount, outcome or decline code, idempotency key, transaction.\n' +
    'Where there is no key or no transaction it has a dash.',
  async run({ positionals: [path], text, output }) {
    const after = count('--after', text('after') ?? '0')
    const limit = text('limit') === undefined ? Infinity : count('--limit', text('limit')!, 1)
    await using reader = await readLedger(path!)
    let written = 0
    for await (const entry of reader.journal({ after })) {
      await output.answer(entry, () => [lineOf(entry)])
      if (output.readerLeft.aborted || ++written === limit) break
    }
    if (written === 0) await output.nothing(after === 0 ? 'No entries.' : `No entries after ${after}.`)
    return EXIT.ok
  }
}

const SEQUENCE_WIDTH = 10
/** Of the longest name of a command. */
const COMMAND_WIDTH = 17
const ACCOUNT_WIDTH = 20
const AMOUNT_WIDTH = 18
const OUTCOME_WIDTH = 18
const KEY_WIDTH = 20

/** Longer texts push the rest of their own line aside: nothing is cut off. */
function lineOf(entry: JournalEntry): string {
  const { sequence, timestamp, command, outcome, code, amount, currency, transactionId } = entry
  const key = 'idempotencyKey' in command ? command.idempotencyKey : undefined
  return [
    String(sequence).padStart(SEQUENCE_WIDTH),
    timestamp.toISOString(),
    command.type.padEnd(COMMAND_WIDTH),
    command.accountId.padEnd(ACCOUNT_WIDTH),
    moneyText(amount, currency).padStart(AMOUNT_WIDTH),
    (code ?? outcome).padEnd(OUTCOME_WIDTH),
    (key ?? '-').padEnd(KEY_WIDTH),
    transactionId ?? '-'
  ].join('  ')
}
