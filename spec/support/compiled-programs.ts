import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileTo } from '../../bench/compile.js'

let directory: string | undefined

/** The programs of this folder as plain JavaScript: specs that start many would otherwise mostly wait for the compiler. */
export function compiledPrograms(): string {
  if (directory === undefined) {
    const target = mkdtempSync(join(tmpdir(), 'bursar-programs-'))
    process.once('exit', () => rmSync(target, { recursive: true, force: true }))
    compileTo(target, [join('spec', 'support')])
    directory = join(target, 'spec', 'support')
  }
  return directory
}
