import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { PROJECT_ROOT } from './bench-root.js'

/** The subpaths of the library that peers import, and where their sources are. */
const EXPORTS = { '.': './lib/index.js', './sqlite': './lib/store/sqlite/index.js' }

/** Translated file by file, which needs no more than this; `npm run types` checks them. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true
}

/**
 * Translates the library and the trials, or another folder of programs, to JavaScript, once for all processes: each would
 * otherwise spend longer on translating than on payments, in every thread. The directory must be inside the project,
 * whose packages it uses.
 */
export function compileTo(directory: string, programs = 'bench'): void {
  rmSync(directory, { recursive: true, force: true })
  for (const path of ['lib', programs].flatMap(sourcesIn)) {
    const source = readFileSync(join(PROJECT_ROOT, path), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: path })
    const target = join(directory, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  const manifest = { name: 'bursar', private: true, type: 'module', exports: EXPORTS }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
}
