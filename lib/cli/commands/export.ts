import { exportJournal } from '../../index.js'
import { choice, count } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT, UsageError } from '../exit-code.js'

const FORMATS = ['ndjson', 'csv'] as const

export const exportFile: CliCommand = {
  name: 'export',
  summary: 'writes the journal, entry by entry, for archives and auditors',
  positionals: ['ledger'],
  options: [
    { name: 'format', value: 'FORMAT', help: 'ndjson, which keeps every hash, or csv, for people (default: ndjson)' },
    { name: 'after', value: 'SEQUENCE', help: 'begin behind this entry (default: 0)' }
  ],
  async run({ positionals: [path], text, output }) {
    const format = choice('--format', text('format') ?? 'ndjson', FORMATS)
    if (output.isJson && format === 'csv') {
      throw new UsageError('Options --json and --format csv contradict each other. Leave one of them out.')
    }
    const after = count('--after', text('after') ?? '0')
    await using reader = await readLedger(path!)
    for await (const line of exportJournal(reader, { format, after })) {
      await output.text(line)
      if (output.readerLeft.aborted) break
    }
    return EXIT.ok
  }
}
