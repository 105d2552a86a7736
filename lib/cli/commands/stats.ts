import { inspectLedger } from '../../store/sqlite/reading/inspect.js'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { grouped, labelled } from '../print-import.js'

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
      labelled('Last entry', file.lastEntryAt?.toISOString() ?? 'none'),
      labelled('Head', file.headHash),
      labelled('Tables', file.tablesBehind === 0 ? 'up to date' : `${grouped(file.tablesBehind)} entries behind`),
      labelled('File', `${grouped(file.fileBytes)} bytes, ${grouped(file.freeBytes)} of them free`),
      labelled('Log', `${grouped(file.logBytes)} bytes`),
      labelled('Opened', `${grouped(file.epoch)} times for writing`),
      labelled('Schema version', String(file.schemaVersion))
    ])
    return EXIT.ok
  }
}
