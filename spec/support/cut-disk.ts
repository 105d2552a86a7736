import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from './stores.js'

/** A file system of its own, in an image file that stands for the disk: what is in the image is what a power cut leaves. */
export interface CutDisk {
  /** Where it is mounted. */
  readonly path: string
  /**
   * Cuts the power: takes the image as it is at this moment, with nothing unmounted and nothing synchronised. Whoever
   * writes must have been stopped. Returns a directory with what the disk holds when it is mounted again.
   */
  cut(): string
  dispose(): void
}

const SIZE_MB = 96
/** How often the image is copied until two copies are alike, so that no write of the kernel falls between. */
const COPIES_MAX = 20

/** Makes a disk that can be cut; on a machine that does not allow it, returns why not. */
export function cutDisk(): CutDisk | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: `loop devices need Linux, this is ${process.platform}` }
  if (process.getuid?.() !== 0) return { missing: 'mounting a loop device needs root' }
  const directory = temporaryDirectory()
  const image = join(directory.path, 'disk.img')
  const undo: (() => void)[] = [() => directory.dispose()]
  const dispose = () => {
    for (const step of undo.splice(0).reverse()) step()
  }
  try {
    run('truncate', '-s', `${SIZE_MB}M`, image)
    run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
    const path = mount(image, join(directory.path, 'disk'), undo)
    return { path, cut: () => contentsAfterCut(image, join(directory.path, 'after-the-cut')), dispose }
  } catch (error) {
    dispose()
    return { missing: `this machine does not mount loop devices: ${(error as Error).message.trim()}` }
  }
}

/** Mounts an image past the page cache of its own file system; the kernel commits by itself only after ten minutes. */
function mount(image: string, path: string, undo: (() => void)[]): string {
  mkdirSync(path)
  const device = run('losetup', '--find', '--show', '--direct-io=on', image).trim()
  undo.push(() => run('losetup', '--detach', device))
  run('mount', '-o', 'commit=600', device, path)
  undo.push(() => run('umount', path))
  return path
}

/** Mounts a copy of an image and takes the files out, so that nobody keeps it mounted who opens them. */
function contentsAfterCut(image: string, target: string): string {
  const undo: (() => void)[] = []
  try {
    const mounted = mount(restingCopy(image), `${target}-disk`, undo)
    cpSync(mounted, target, { recursive: true })
  } finally {
    for (const step of undo.reverse()) step()
  }
  return target
}

function restingCopy(image: string): string {
  const copy = `${image}-copy`
  for (let attempt = 0; attempt < COPIES_MAX; attempt++) {
    copyFileSync(image, copy)
    if (readFileSync(image).equals(readFileSync(copy))) return copy
  }
  throw new Error(`Expected the disk to come to rest, got another image after each of ${COPIES_MAX} copies.`)
}

function run(command: string, ...words: string[]): string {
  return execFileSync(command, words, { encoding: 'utf8', stdio: 'pipe' })
}
