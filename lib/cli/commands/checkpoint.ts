import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { jsonText } from '../output.js'

export const checkpoint: CliCommand = {
  name: 'checkpoint',
  summary: 'describes this moment in one line of JSON, to be kept outside',
  positionals: ['ledger'],
  options: [],
  notes: 'Keep it where nobody who can write the ledger can write as well, for a later: bursar verify --since FILE',
  async run({ positionals: [path], output }) {
    await using reader = await readLedger(path!)
    const taken = await reader.checkpoint()
    await output.answer(taken, () => [jsonText(taken)])
    return EXIT.ok
  }
}
