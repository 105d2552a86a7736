import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { BENCH_ROOT, PROJECT_ROOT } from '../bench-root.js'
import { describeVersions } from './versions.js'

/** Where and from what the results come. */
export interface Machine {
  readonly processor: string
  readonly memory: string
  readonly system: string
  readonly fileSystem: string
  /** Of everything that was measured. */
  readonly versions: string
  readonly commit: string
}

/** The `f_type` numbers of statfs(2) that one meets in practice. */
const FILE_SYSTEMS: { readonly [type: number]: string } = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlayfs',
  0x2fc12fc1: 'zfs'
}

/** Results themselves change with every run. */
const WRITTEN = ['docs/benchmarks.md', 'docs/benchmarks.svg', 'docs/explanation/where-the-time-goes.md']

export function describeMachine(): Machine {
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
    fileSystem: fileSystemName(),
    versions: describeVersions(),
    commit: commitName()
  }
}

/** In memory, fsync costs nothing, and every number about durability would be a lie. */
export function isDurable(machine: Machine): boolean {
  return machine.fileSystem !== 'tmpfs'
}

function fileSystemName(): string {
  mkdirSync(BENCH_ROOT, { recursive: true })
  const { type } = statfsSync(BENCH_ROOT)
  return FILE_SYSTEMS[type] ?? `type 0x${type.toString(16)}`
}

/** The commit, with a plus sign when the code differs from it. */
function commitName(): string {
  const head = git('rev-parse', '--short=12', 'HEAD')
  if (head === null) return 'none yet'
  const changes = git('status', '--porcelain', '--', '.', ...WRITTEN.map(path => `:!${path}`))
  return changes === '' ? head : `${head} + uncommitted changes`
}

function git(...args: readonly string[]): string | null {
  try {
    return execFileSync('git', ['--no-optional-locks', ...args], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim()
  } catch {
    return null
  }
}
