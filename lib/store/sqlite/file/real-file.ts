import { lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { StoreFormatError } from '../../errors.js'

/** As many as Linux follows. */
const LINKS_MAX = 40

/**
 * The one name of a ledger file, whichever symbolic links lead to it, whether the file exists or not: the lock and the
 * log lie beside that name. `undefined` where its directory does not exist.
 */
export function realFile(path: string): string | undefined {
  let name = resolve(path)
  for (let links = 0; links < LINKS_MAX; links++) {
    if (!isDirectory(dirname(name))) return undefined
    const directory = realpathSync(dirname(name))
    name = join(directory, basename(name))
    if (lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return name
    name = resolve(directory, readlinkSync(name))
  }
  throw new StoreFormatError(
    `Path ${path} leads through more than ${LINKS_MAX} symbolic links. Use the file's own name.`
  )
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Refuses a file that has another name which `realFile` cannot see: there, it would have another lock and another log. */
export function assertOneName(file: string): void {
  const links = statSync(file, { throwIfNoEntry: false })?.nlink ?? 1
  if (links > 1) {
    throw new StoreFormatError(
      `File ${file} has ${links} names (hard links), and each would have a lock and a log of its own: two processes ` +
        `could write at once. Find the others with find -samefile, and delete all names but one; copy a ledger with backup().`
    )
  }
  if (isMountPoint(file)) {
    throw new StoreFormatError(
      `File ${file} is a mount point, so its lock and its log would not lie beside the file that is mounted there: two ` +
        'processes could write at once. Mount the directory of the ledger instead of the file.'
    )
  }
}

function isMountPoint(file: string): boolean {
  const mounts = mountPoints()
  if (mounts !== undefined) return mounts.includes(file)
  // Not on Linux, where files and directories of an overlay have different devices.
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && found.dev !== statSync(dirname(file)).dev
}

/** Every mount point that this process sees, where the system tells them. */
function mountPoints(): readonly string[] | undefined {
  let text: string
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return undefined
  }
  return text.split('\n').map(line => unescaped(line.split(' ')[4] ?? ''))
}

/** Blanks, line ends and backslashes are octal in it. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}
