import { readFile } from 'node:fs/promises'
import type { Checkpoint } from '../../index.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT, UsageError } from '../exit-code.js'
import { counted } from '../layout.js'
import { verificationLines } from '../print-verification.js'
import { progressOnTerminal } from '../progress.js'

export const verify: CliCommand = {
  name: 'verify',
  summary: 'recomputes the hash chain and every balance from the journal',
  positionals: ['ledger'],
  options: [{ name: 'since', value: 'FILE', help: 'check only what came after the checkpoint in this file' }],
  async run({ positionals: [path], text, output }) {
    const since = text('since') === undefined ? undefined : await checkpointIn(text('since')!)
    await using reader = await readLedger(path!)
    const progress = progressOnTerminal(output.stderr)
    const report = await reader
      .verify({
        ...(since && { since }),
        onProgress: ({ entries, total }) => progress.update(entries, total, counted(entries, 'entry', 'entries'))
      })
      .finally(() => progress.stop())
    await output.answer(report, () => verificationLines(report))
    return report.ok ? EXIT.ok : EXIT.attention
  }
}

/** Each of its values is checked by whoever takes it. */
async function checkpointIn(file: string): Promise<Checkpoint> {
  const text = await readFile(file, 'utf8')
  const parsed = parsedOrUndefined(text)
  if (typeof parsed === 'object' && parsed !== null && 'stateHash' in parsed) return parsed as Checkpoint
  throw new UsageError(`File ${file} holds no checkpoint. Name a file that bursar checkpoint was written to.`)
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
