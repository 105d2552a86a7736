import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { PROJECT_ROOT } from './bench-root.js'

/** Translated file by file, which needs no more than this; `npm run types` checks them. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true
}

/**
 * Translates the library and the trials to JavaScript, once for all trials: each would otherwise spend longer on
 * translating than on payments, in every thread. The programs there import the library as `bursar`.
 */
export function compileTo(directory: string, folders: readonly string[] = ['bench']): void {
  rmSync(directory, { recursive: true, force: true })
  for (const path of ['lib', ...folders].flatMap(sourcesIn)) {
    const source = readFileSync(join(PROJECT_ROOT, path), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: path })
    const target = join(directory, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  const manifest = { name: 'bursar', private: true, type: 'module', exports: compiledExports() }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(directory, 'node_modules'), 'dir')
}

/** The library's subpaths, leading to the translation of their sources. */
function compiledExports(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly 'bursar:source': string }>>
  }
  const sources = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [[subpath, target['bursar:source'].replace(/\.ts$/, '.js')]]
  )
  return Object.fromEntries(sources) as Record<string, string>
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
}
