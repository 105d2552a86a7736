import { statfsSync } from 'node:fs'
import { sizeText } from '../layout.js'
import type { Finding } from './check-up.js'

interface Kind {
  readonly name: string
  readonly status: Finding['status']
  readonly next?: string
}

const IN_MEMORY = 'It is gone when the machine restarts: put the ledger on a disk.'
const NETWORK = 'Locks and syncing depend on the server and on mount options: put the ledger on a local disk.'
const LAYERED = 'The layer of a container is gone with the container: mount a volume for the ledger.'
const FOREIGN = 'Whether syncing reaches a disk depends on the program behind it: find out, or use a local file system.'

/** Numbers that `statfs` of Linux names file systems by. */
const KINDS: Readonly<Record<number, Kind>> = {
  0x01021994: { name: 'tmpfs', status: 'fail', next: IN_MEMORY },
  0x858458f6: { name: 'ramfs', status: 'fail', next: IN_MEMORY },
  0x6969: { name: 'NFS', status: 'fail', next: NETWORK },
  0x517b: { name: 'SMB', status: 'fail', next: NETWORK },
  0xff534d42: { name: 'CIFS', status: 'fail', next: NETWORK },
  0xfe534d42: { name: 'SMB2', status: 'fail', next: NETWORK },
  0x00c36400: { name: 'Ceph', status: 'warn', next: NETWORK },
  0x01021997: { name: '9p', status: 'warn', next: FOREIGN },
  0x65735546: { name: 'FUSE', status: 'warn', next: FOREIGN },
  0x6a656a63: { name: 'virtiofs', status: 'warn', next: FOREIGN },
  0x794c7630: { name: 'overlayfs', status: 'warn', next: LAYERED },
  0xef53: { name: 'ext4', status: 'ok' },
  0x58465342: { name: 'XFS', status: 'ok' },
  0x9123683e: { name: 'Btrfs', status: 'ok' },
  0x2fc12fc1: { name: 'ZFS', status: 'ok' },
  0xf2f52010: { name: 'F2FS', status: 'ok' }
}

/** Which file system the ledger is on. */
export function checkFilesystem(directory: string): Finding {
  if (process.platform !== 'linux')
    return { check: 'filesystem', status: 'ok', found: `not known on ${process.platform}` }
  return filesystemFinding(statfsSync(directory).type)
}

/** @param type as `statfs` tells it: 32 bits, which some machines sign */
export function filesystemFinding(type: number): Finding {
  const unsigned = type >>> 0
  const { name, status, next } = KINDS[unsigned] ?? { name: `type 0x${unsigned.toString(16)}`, status: 'ok' as const }
  return { check: 'filesystem', status, found: name, ...(next !== undefined && { next }) }
}

const SPACE_MIN = 64 * 1024 ** 2

/** Whether the next payments have a place, and a backup beside the ledger as well. */
export function checkSpace(directory: string, ledgerBytes: number): Finding {
  const { bavail, bsize } = statfsSync(directory)
  return spaceFinding(bavail * bsize, ledgerBytes)
}

export function spaceFinding(freeBytes: number, ledgerBytes: number): Finding {
  const found = `${sizeText(freeBytes)} free`
  if (freeBytes < SPACE_MIN) {
    const next = 'A full disk stops the writer: make space now.'
    return { check: 'space', status: 'fail', found, next }
  }
  if (freeBytes > ledgerBytes) return { check: 'space', status: 'ok', found }
  return { check: 'space', status: 'warn', found, next: 'A backup would not fit beside the ledger: make space.' }
}
