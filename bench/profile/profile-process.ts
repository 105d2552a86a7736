import { BENCH_ROOT } from '../bench-root.js'
import type { Trial } from '../trial.js'
import { profileTrial } from './profile-trial.js'

// One profile of the trial given as JSON in the first argument, printed as one line of JSON.
const [, , trial] = process.argv
if (trial === undefined) throw new TypeError('Expected a trial as JSON in the first argument, got none.')
process.stdout.write(`${JSON.stringify(await profileTrial(JSON.parse(trial) as Trial, BENCH_ROOT))}\n`)
