import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../../bench/bench-root.js'
import { compileTo } from '../../bench/compile.js'

const FOLDER = join('spec', 'support')
let directory: string | undefined

/** The programs of this folder as plain JavaScript: specs that start many would otherwise mostly wait for the compiler. */
export function compiledPrograms(): string {
  if (directory === undefined) {
    const target = join(PROJECT_ROOT, '.tmp', `programs-${process.pid}`)
    process.once('exit', () => rmSync(target, { recursive: true, force: true }))
    compileTo(target, FOLDER)
    directory = join(target, FOLDER)
  }
  return directory
}
