import { formatMoney, type JournalEntry } from '../../index.js'
import { count } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'

export const journal: CliCommand = {
  name: 'journal',
  summary: 'every entry of the journal, in order, declines included',
  positionals: ['ledger'],
  options: [
    { name: 'after', value: 'SEQUENCE', help: 'begin behind this entry (default: 0)' },
    { name: 'limit', value: 'N', help: 'how many entries at most (default: all)' }
  ],
  async run({ positionals: [path], text, output }) {
    const after = count('--after', text('after') ?? '0')
    const limit = text('limit') === undefined ? Infinity : count('--limit', text('limit')!, 1)
    await using reader = await readLedger(path!)
    let written = 0
    for await (const entry of reader.journal({ after })) {
      await output.answer(entry, () => [lineOf(entry)])
      if (output.readerLeft.aborted || ++written === limit) break
    }
    return EXIT.ok
  }
}

function lineOf({
  sequence,
  timestamp,
  command,
  outcome,
  code,
  amount,
  currency,
  transactionId
}: JournalEntry): string {
  return [
    String(sequence).padStart(10),
    timestamp.toISOString(),
    command.type,
    command.accountId,
    `${formatMoney(amount, currency)} ${currency}`,
    code ?? outcome,
    ...(transactionId === null ? [] : [transactionId])
  ].join('  ')
}
