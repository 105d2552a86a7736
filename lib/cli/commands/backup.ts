import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { interruption } from '../interruption.js'
import { grouped, labelled } from '../print-import.js'
import { showProgress } from '../progress.js'

export const backup: CliCommand = {
  name: 'backup',
  summary: 'copies a ledger to a new file beside its running writer, and checks the copy',
  positionals: ['ledger', 'target'],
  options: [],
  notes: 'Never overwrites a file. What is left of an interrupted backup ends in .part and can be deleted.',
  async run({ positionals: [path, target], output }) {
    using interrupted = interruption()
    await using reader = await readLedger(path!)
    const progress = lazyProgress(output.stderr)
    try {
      const report = await reader.backup(target!, {
        signal: interrupted.signal,
        onProgress: ({ done, total }) => progress.update(done, total)
      })
      progress.stop()
      await output.answer(report, () => [
        labelled('Backup', report.path),
        labelled('Up to entry', grouped(report.sequence)),
        labelled('Head', report.headHash),
        labelled('Size', `${grouped(report.bytes)} bytes`)
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

/** How much there is to copy is known with the first step only. Nothing is shown where nobody looks. */
function lazyProgress(stream: Parameters<typeof showProgress>[0]['stream']) {
  let shown: ReturnType<typeof showProgress> | undefined
  return {
    update(done: number, total: number): void {
      if (!stream.isTTY) return
      shown ??= showProgress({ total, stream })
      shown.update(done, done === total ? 'checked' : `${grouped(done)} bytes`)
    },
    stop: () => shown?.stop()
  }
}
