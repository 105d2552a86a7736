import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { verificationLines } from '../print-verification.js'

export const verify: CliCommand = {
  name: 'verify',
  summary: 'recomputes the hash chain and every balance from the journal',
  positionals: ['ledger'],
  options: [],
  async run({ positionals: [path], output }) {
    await using reader = await readLedger(path!)
    const report = await reader.verify()
    await output.answer(report, () => verificationLines(report))
    return report.ok ? EXIT.ok : EXIT.attention
  }
}
