import { join } from 'node:path'

export const PROJECT_ROOT = join(import.meta.dirname, '..')

/** Beside the code, not in the system's temporary directory, which may live in memory, where fsync costs nothing. */
export const BENCH_ROOT = join(PROJECT_ROOT, '.tmp', 'bench')

/** Where the trials are translated to, anew before every run. */
export const COMPILED_ROOT = join(PROJECT_ROOT, '.tmp', 'compiled')
