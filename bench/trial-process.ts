import { BENCH_ROOT } from './bench-root.js'
import { runTrial } from './run-trial.js'
import type { Trial } from './trial.js'

// One trial, given as JSON in the first argument, its files below the second, printed as one line of JSON. A failure or an
// interruption ends the process with a stack and code 1, after everything was put away.
const [, , trial, root = BENCH_ROOT] = process.argv
if (trial === undefined) throw new TypeError('Expected a trial as JSON in the first argument, got none.')
const interruption = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interruption.abort(new Error(`The trial was interrupted by ${name}.`)))
}
process.once('uncaughtException', error => interruption.abort(error))
try {
  const result = await runTrial(JSON.parse(trial) as Trial, root, { signal: interruption.signal })
  process.stdout.write(`${JSON.stringify(result)}\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`)
  // Callers that are still waiting for an answer would keep the process alive.
  process.exit(1)
}
