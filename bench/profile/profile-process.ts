import { BENCH_ROOT } from '../bench-root.js'
import type { Trial } from '../trial.js'
import { profileTrial } from './profile-trial.js'

// One profile of the trial given as JSON in the first argument, its files below the second, printed as one line of JSON.
const [, , trial, root = BENCH_ROOT] = process.argv
if (trial === undefined) throw new TypeError('Expected a trial as JSON in the first argument, got none.')
process.stdout.write(`${JSON.stringify(await profileTrial(JSON.parse(trial) as Trial, root))}\n`)
