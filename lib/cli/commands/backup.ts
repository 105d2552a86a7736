import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { interruption } from '../interruption.js'
import { grouped, labelled, sizeText } from '../layout.js'
import { progressOnTerminal } from '../progress.js'

export const backup: CliCommand = {
  name: 'backup',
  summary: 'copies a ledger to a new file beside its running writer, and checks the copy',
  positionals: ['ledger', 'target'],
  options: [],
  notes: 'Never overwrites a file. What is left of an interrupted backup ends in .part and can be deleted.',
  async run({ positionals: [path, target], output }) {
    using interrupted = interruption()
    await using reader = await readLedger(path!)
    const progress = progressOnTerminal(output.stderr)
    try {
      const report = await reader.backup(target!, {
        signal: interrupted.signal,
        onProgress: ({ done, total }) => progress.update(done, total, done === total ? 'checked' : sizeText(done))
      })
      progress.stop()
      await output.answer(report, () => [
        labelled('Backup', report.path),
        labelled('Up to entry', grouped(report.sequence)),
        labelled('Head', report.headHash),
        labelled('Size', sizeText(report.bytes))
      ])
      return EXIT.ok
    } catch (error) {
      progress.stop()
      if (!interrupted.signal.aborted) throw error
      output.note('Interrupted: there is no backup.')
      return interrupted.exitCode
    }
  }
}
