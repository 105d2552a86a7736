import { spawnSync } from 'node:child_process'

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program under the Node that runs the specs, to its end. */
export function runProgram(
  words: readonly string[],
  options: { readonly cwd: string; readonly nodeOptions?: string }
): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: options.cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: options.nodeOptions ?? '', NO_COLOR: '1' },
    // A program that hangs is killed and reported as failed instead of stopping all specs.
    timeout: 60_000
  })
  return { status, stdout, stderr }
}
