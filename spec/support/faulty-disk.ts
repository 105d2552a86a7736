import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('faulty-disk.c', import.meta.url))

/** A library that stands between a process and its disk; see `faulty-disk.c`. */
export interface FaultyDisk {
  /** The environment of a process that is killed instead of writing to a file for the n-th time. */
  killingAtWrite(nth: number, path: string): NodeJS.ProcessEnv
  /** The environment of a process whose every sync is swallowed. */
  swallowingSyncs(): NodeJS.ProcessEnv
  dispose(): void
}

const EATMYDATA = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].map(folder =>
  join(folder, 'libeatmydata.so')
)

/** The environment of a process whose every sync is swallowed by a library made for it, where the machine has that. */
export function eatMyData(): NodeJS.ProcessEnv | undefined {
  const library = EATMYDATA.find(existsSync)
  return library === undefined ? undefined : { LD_PRELOAD: library }
}

/** Compiles the library; on a machine that cannot, resolves with why not. */
export function faultyDisk(): FaultyDisk | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: `preloading a library needs Linux, this is ${process.platform}` }
  const directory = mkdtempSync(join(tmpdir(), 'bursar-faulty-disk-'))
  const library = join(directory, 'faulty-disk.so')
  const compiler = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], { encoding: 'utf8' })
  if (compiler.status !== 0) {
    rmSync(directory, { recursive: true })
    return { missing: `no C compiler: ${compiler.error?.message ?? compiler.stderr}` }
  }
  return {
    killingAtWrite: (nth, path) => ({ LD_PRELOAD: library, FAULTY_DISK_KILL: `${nth} ${path}` }),
    swallowingSyncs: () => ({ LD_PRELOAD: library, FAULTY_DISK_SWALLOW: '1' }),
    dispose: () => rmSync(directory, { recursive: true })
  }
}
