import { checkUp, type Finding } from '../doctor/check-up.js'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'whether this machine keeps what it promises, and how the ledger is',
  positionals: ['ledger'],
  options: [],
  notes:
    'Writes and removes a small file beside the ledger, to see whether syncing reaches the disk. The ledger itself is only\n' +
    'read. Exit code 1 when a check fails; warnings alone leave it 0.',
  async run({ positionals: [path], output }) {
    let exitCode: typeof EXIT.ok | typeof EXIT.attention = EXIT.ok
    for await (const finding of checkUp(path!)) {
      if (finding.status === 'fail') exitCode = EXIT.attention
      await output.answer(finding, () => linesOf(finding))
    }
    return exitCode
  }
}

const STATUS_WIDTH = 6
const CHECK_WIDTH = 14

function linesOf({ check, status, found, next }: Finding): readonly string[] {
  const indent = ' '.repeat(STATUS_WIDTH + CHECK_WIDTH)
  return [`${status.padEnd(STATUS_WIDTH)}${check.padEnd(CHECK_WIDTH)}${found}`, ...(next ? [`${indent}${next}`] : [])]
}
