import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT_ROOT } from '../bench-root.js'
import { NODE_ARGUMENTS } from '../spawn-trial.js'
import { measureAge, type AgeLatencies } from './age.js'
import type { ScaleOptions } from './options.js'
import { serve, serveEmpty, type Served } from './serve.js'
import { verifyLedger, type Verified } from './verify.js'

export interface StepOptions extends ScaleOptions {
  /** Measured payments of a load. */
  readonly load: number
}

/** The measurements that need a process of their own, by name. */
export const STEPS = {
  serve: (options: StepOptions): Promise<Served> => serve(options.path, options, options.load),
  serveEmpty: (options: StepOptions): Promise<Served> => serveEmpty(options.path, options.load),
  age: (options: StepOptions): Promise<AgeLatencies> => measureAge(options.path, options),
  verify: (options: StepOptions): Promise<Verified> => verifyLedger(options.path)
}

export type StepName = keyof typeof STEPS
export type ResultOfStep<Name extends StepName> = Awaited<ReturnType<(typeof STEPS)[Name]>>

/** Runs a step in a new process. */
export async function spawnStep<Name extends StepName>(name: Name, options: StepOptions): Promise<ResultOfStep<Name>> {
  const program = [join('bench', 'scale', 'step-process.ts'), name, JSON.stringify(options)]
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_ARGUMENTS, ...program], { cwd: PROJECT_ROOT })
  return JSON.parse(stdout) as ResultOfStep<Name>
}
