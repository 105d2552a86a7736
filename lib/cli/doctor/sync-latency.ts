import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { scratchFile } from './scratch-file.js'
import type { Finding } from './check-up.js'

const SYNCS = 25
const BLOCK = Buffer.alloc(4096, 1)
/** The fastest disks with a protected cache need tens of microseconds. */
const PLAUSIBLE_US = 8
const SLOW_US = 50_000

/** How long the disk takes to take a write: a disk that is faster than any is not asked at all. */
export function checkSync(directory: string): Finding {
  return scratchFile(directory, path => {
    const file = openSync(path, 'w')
    try {
      const times = Array.from({ length: SYNCS }, () => {
        writeSync(file, BLOCK)
        const startedAt = performance.now()
        fsyncSync(file)
        return (performance.now() - startedAt) * 1_000
      })
      return syncFinding(times.sort((one, other) => one - other)[SYNCS >> 1]!)
    } finally {
      closeSync(file)
    }
  })
}

/** @param medianUs microseconds */
export function syncFinding(medianUs: number): Finding {
  const found = `${Math.round(medianUs)} µs for a sync, the median of ${SYNCS}`
  if (medianUs < PLAUSIBLE_US) {
    const next =
      'No disk is that fast: syncing does not reach one. Look at the file system, at preloads, at the hypervisor.'
    return { check: 'sync', status: 'warn', found, next }
  }
  if (medianUs <= SLOW_US) return { check: 'sync', status: 'ok', found }
  return { check: 'sync', status: 'warn', found, next: 'Each group of payments waits that long: use a faster disk.' }
}
