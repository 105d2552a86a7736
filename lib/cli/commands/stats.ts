import { inspectLedger } from '../../store/sqlite/reading/inspect.js'
import type { KeyLifetimes } from '../../index.js'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { counted, grouped, labelled, sizeText } from '../layout.js'

export const stats: CliCommand = {
  name: 'stats',
  summary: 'a ledger in numbers',
  positionals: ['ledger'],
  options: [],
  async run({ positionals: [path], output }) {
    const file = inspectLedger(path!)
    await output.answer(file, () => [
      labelled('Entries', grouped(file.entries)),
      labelled('Transactions', grouped(file.transactions)),
      labelled('Accounts', grouped(file.accounts)),
      labelled('Open holds', grouped(file.openHolds)),
      labelled('Keys', lifetimesText(file.keyLifetimes)),
      labelled('Last entry', file.lastEntryAt?.toISOString() ?? 'none'),
      labelled('Head', file.headHash),
      labelled(
        'Tables',
        file.tablesBehind === 0 ? 'up to date' : `${counted(file.tablesBehind, 'entry', 'entries')} behind`
      ),
      labelled('File', `${sizeText(file.fileBytes)}, ${sizeText(file.freeBytes)} of it free`),
      labelled('Log', sizeText(file.logBytes)),
      labelled('Opened', `${counted(file.epoch, 'time')} for writing`),
      labelled('Schema version', String(file.schemaVersion))
    ])
    return EXIT.ok
  }
}

function lifetimesText({ answerTtlMs, keyTtlMs }: KeyLifetimes): string {
  if (answerTtlMs === keyTtlMs) return `answer ${lifetimeText(keyTtlMs)}`
  return `answer ${lifetimeText(answerTtlMs)}, known ${lifetimeText(keyTtlMs)}`
}

function lifetimeText(ms: number | null): string {
  return ms === null ? 'for ever' : `for ${grouped(ms)} ms`
}
