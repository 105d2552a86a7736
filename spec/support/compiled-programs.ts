import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { ROOT, sourcesIn } from '../architecture/sources.js'

const OPTIONS = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }

let directory: string | undefined

/**
 * The library and the programs of this folder as plain JavaScript, so that a process of their own starts in a tenth of
 * the time: specs that start many of them would otherwise mostly wait for the compiler.
 */
export function compiledPrograms(): string {
  directory ??= compile()
  return directory
}

function compile(): string {
  const target = mkdtempSync(join(tmpdir(), 'bursar-programs-'))
  process.once('exit', () => rmSync(target, { recursive: true, force: true }))
  for (const { path, text } of [...sourcesIn('lib'), ...sourcesIn('spec/support')]) {
    const file = join(target, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, ts.transpileModule(text, { compilerOptions: OPTIONS }).outputText)
  }
  const exports = { '.': './lib/index.js', './sqlite': './lib/store/sqlite/index.js' }
  writeFileSync(join(target, 'package.json'), JSON.stringify({ name: 'bursar', type: 'module', exports }))
  symlinkSync(join(ROOT, 'node_modules'), join(target, 'node_modules'), 'dir')
  return target
}
