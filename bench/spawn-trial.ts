import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT_ROOT } from './bench-root.js'
import type { Trial, TrialResult } from './trial.js'

const TRIAL_TIMEOUT_MS = 180_000

/** Node's own arguments for a file of this folder: TypeScript from source, like the specs. */
export const NODE_ARGUMENTS = ['--import', './register.mjs', '--conditions', 'bursar:source', '--no-warnings']

/**
 * Runs a trial in a process of its own, by a program of this folder that prints one line of JSON. Rejects when the process
 * fails: a result whose books are wrong is no result.
 */
export async function spawnTrial<Result = TrialResult>(trial: Trial, file = 'trial-process.ts'): Promise<Result> {
  const program = [join('bench', file), JSON.stringify(trial)]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...NODE_ARGUMENTS, ...program], {
      cwd: PROJECT_ROOT,
      timeout: TRIAL_TIMEOUT_MS
    })
    return JSON.parse(stdout) as Result
  } catch (cause) {
    throw new Error(`Trial ${trial.name} failed; the run is void. Run it alone with --only ${trial.name}.`, { cause })
  }
}
