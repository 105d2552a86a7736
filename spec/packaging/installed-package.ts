import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'

export const REPOSITORY = join(import.meta.dirname, '..', '..')

/** An empty project in which the packed library is installed, as somebody who ran `npm install bursar` has it. */
export interface InstalledPackage {
  /** The project's directory; `node_modules/bursar` is in it. */
  readonly project: string
  /** Every file of the package, relative to its root, sorted. */
  readonly files: readonly string[]
  /** A new empty directory in the project. */
  newDirectory(): string
  /** A new empty directory in a project where the package is, and nothing that npm would not install with it. */
  newBareDirectory(): string
}

/** What the documentation tells its readers to install beside the package, where they want to use it. */
const INSTALLED_BESIDE = [
  '@opentelemetry/api',
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
  // Types for Node come from the user's own project.
  '@types/node'
]

let installed: InstalledPackage | undefined

/** Builds and packs a copy of the repository, so that nothing here disturbs its `dist/`; once a process. */
export function installedPackage(): InstalledPackage {
  installed ??= install()
  return installed
}

function install(): InstalledPackage {
  const root = mkdtempSync(join(tmpdir(), 'bursar-package-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const tarball = pack(join(root, 'repository'))
  const project = newProject(join(root, 'project'), tarball, INSTALLED_BESIDE)
  let bareProject: string | undefined

  let directories = 0
  const newDirectoryIn = (parent: string): string => {
    const directory = join(parent, `program-${++directories}`)
    mkdirSync(directory)
    return directory
  }
  return {
    project,
    files: filesIn(join(project, 'node_modules/bursar')),
    newDirectory: () => newDirectoryIn(project),
    newBareDirectory: () => newDirectoryIn((bareProject ??= newProject(join(root, 'bare'), tarball, [])))
  }
}

function newProject(project: string, tarball: string, beside: readonly string[]): string {
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }))
  execFileSync('tar', ['-xzf', tarball, '-C', modules])
  cpSync(join(modules, 'package'), join(modules, 'bursar'), { recursive: true })
  rmSync(join(modules, 'package'), { recursive: true })
  linkDependencies(modules, beside)
  return project
}

/** The path of the tarball that `npm run build` and `npm pack` make of a clean copy. */
function pack(copy: string): string {
  const ignored = new Set(['node_modules', '.git', 'dist', '.tmp'])
  cpSync(REPOSITORY, copy, { recursive: true, filter: path => !ignored.has(relative(REPOSITORY, path)) })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'), 'dir')
  const npm = (...words: string[]): string => execFileSync('npm', words, { cwd: copy, encoding: 'utf8', stdio: 'pipe' })
  npm('run', 'build', '--silent')
  npm('pack', '--ignore-scripts', '--silent')
  const tarball = readdirSync(copy).find(name => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('Expected npm pack to write a tarball, got none.')
  return join(copy, tarball)
}

/**
 * What `npm install` would fetch, linked from the repository, because specs need no network. Only what the package
 * declares is linked: a forgotten dependency fails here as it would for a user.
 */
function linkDependencies(modules: string, beside: readonly string[]): void {
  const manifest = JSON.parse(readFileSync(join(modules, 'bursar', 'package.json'), 'utf8')) as Manifest
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  for (const name of [...names, ...beside]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name), 'dir')
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(relative(directory, entry.parentPath), basename(entry.name)))
    .sort()
}
