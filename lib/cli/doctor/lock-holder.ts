import { readFileSync, statSync } from 'node:fs'
import type { Finding } from './check-up.js'

/** The process that has a ledger open for writing. */
export interface Writer {
  readonly pid: number
  readonly command: string
}

/**
 * Who holds a ledger's lock, as the kernel tells it; `undefined` when nobody does, or where the kernel does not tell.
 * Trying the lock would tell as well, but a processor that starts at that moment would be refused.
 */
export function writerOf(lockPath: string): Writer | undefined {
  const lock = statSync(lockPath, { throwIfNoEntry: false })
  if (lock === undefined || process.platform !== 'linux') return undefined
  const pid = holderIn(readFileSync('/proc/locks', 'utf8'), lock.ino)
  return pid === undefined ? undefined : { pid, command: commandOf(pid) }
}

/** Where SQLite puts its locks in a file. */
const PENDING_BYTE = 0x40000000

/** @param table the text of `/proc/locks` */
export function holderIn(table: string, inode: number): number | undefined {
  for (const line of table.split('\n')) {
    const [, kind, , mode, pid, place, start] = line.trim().split(/\s+/)
    if (kind === 'POSIX' && mode === 'WRITE' && place?.endsWith(`:${inode}`) && Number(start) >= PENDING_BYTE) {
      return Number(pid)
    }
  }
  return undefined
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    // It has ended just now, or belongs to another container.
    return 'unknown'
  }
}

export function checkHolder(writer: Writer | undefined): Finding {
  if (process.platform !== 'linux') return { check: 'writer', status: 'ok', found: `not known on ${process.platform}` }
  const found =
    writer === undefined ? 'nobody has the ledger open for writing' : `process ${writer.pid} (${writer.command})`
  return { check: 'writer', status: 'ok', found }
}
