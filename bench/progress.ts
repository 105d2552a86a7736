import { SingleBar } from 'cli-progress'
import type { Progress } from './run-plan.js'

/** A bar on a terminal, a line per trial elsewhere; on standard error, so that the table can be redirected. */
export function showProgress(total: number): Progress & { stop(): void } {
  if (!process.stderr.isTTY) {
    return {
      starting: (trial, done) => void process.stderr.write(`${done + 1}/${total} ${trial.name}\n`),
      stop: () => undefined
    }
  }
  const format = '{bar} {value}/{total} {eta_formatted} left  {trial}'
  const bar = new SingleBar({ format, barsize: 30, hideCursor: true, etaBuffer: 20 })
  bar.start(total, 0, { trial: '' })
  return { starting: (trial, done) => bar.update(done, { trial: trial.name }), stop: () => bar.stop() }
}
