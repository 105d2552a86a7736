import { BENCH_ROOT } from './bench-root.js'
import { runTrial } from './run-trial.js'
import type { Trial } from './trial.js'

// One trial, given as JSON in the first argument, printed as one line of JSON. A failure ends the process with a stack
// and a code other than 0.
const [, , trial] = process.argv
if (trial === undefined) throw new TypeError('Expected a trial as JSON in the first argument, got none.')
process.stdout.write(`${JSON.stringify(await runTrial(JSON.parse(trial) as Trial, BENCH_ROOT))}\n`)
