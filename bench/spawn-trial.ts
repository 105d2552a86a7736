import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BENCH_ROOT, PROJECT_ROOT } from './bench-root.js'
import type { Trial, TrialResult } from './trial.js'

const TRIAL_TIMEOUT_MS = 180_000

/**
 * Runs a trial in a process of its own, by a program of the compiled project that prints one line of JSON. Rejects when the
 * process fails: a result whose books are wrong is no result.
 */
export async function spawnTrial<Result = TrialResult>(
  compiled: string,
  trial: Trial,
  file = 'trial-process.js'
): Promise<Result> {
  const program = [join(compiled, 'bench', file), JSON.stringify(trial), BENCH_ROOT]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--no-warnings', ...program], {
      cwd: PROJECT_ROOT,
      timeout: TRIAL_TIMEOUT_MS
    })
    return JSON.parse(stdout) as Result
  } catch (cause) {
    throw new Error(`Trial ${trial.name} failed; the run is void. Run it alone with --only ${trial.name}.`, { cause })
  }
}
