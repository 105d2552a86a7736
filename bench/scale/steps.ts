import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT_ROOT } from '../bench-root.js'
import { compileTo } from '../compile.js'
import { measureAge, type AgeLatencies } from './age.js'
import type { ScaleOptions } from './options.js'
import { serve, serveEmpty, serveFew, serveUnpaid, type Served } from './serve.js'
import { verifyLedger, type Verified } from './verify.js'

export interface StepOptions extends ScaleOptions {
  /** Measured payments of a load. */
  readonly load: number
}

interface StepResults {
  readonly serve: Served
  readonly serveFew: Served
  readonly serveEmpty: Served
  readonly serveUnpaid: Served
  readonly age: AgeLatencies
  readonly verify: Verified
}

export type StepName = keyof StepResults

/** Runs one of the steps and resolves with what it measured. */
export type StepRunner = <Name extends StepName>(name: Name, options: StepOptions) => Promise<StepResults[Name]>

/** The measurements that need a process of their own, by name. */
export const STEPS: { readonly [Name in StepName]: (options: StepOptions) => Promise<StepResults[Name]> } = {
  serve: options => serve(options.path, options, options.load),
  serveFew: options => serveFew(options.path, options, options.load),
  serveEmpty: options => serveEmpty(options.path, options, options.load),
  serveUnpaid: options => serveUnpaid(options.path, options, options.load),
  age: options => measureAge(options.path, options),
  verify: options => verifyLedger(options.path)
}

/** Prepares steps that run in processes of their own, compiled. */
export function stepRunner(): StepRunner {
  const compiled = join(PROJECT_ROOT, '.tmp', 'scale', `compiled-${process.pid}`)
  compileTo(compiled)
  process.once('exit', () => rmSync(compiled, { recursive: true, force: true }))
  const program = join(compiled, 'bench', 'scale', 'step-process.js')
  return async (name, options) => {
    const words = ['--no-warnings', program, name, JSON.stringify(options)]
    const { stdout } = await promisify(execFile)(process.execPath, words)
    return JSON.parse(stdout) as StepResults[typeof name]
  }
}
