import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenPeer, Peer } from './peer.js'

const BLOCK_BYTES = 4_096

/**
 * Not a ledger: appends 4 KiB and waits for the disk, over and over. It says what one durable write costs on this disk,
 * so that results from two machines can be compared.
 */
export const peer: Peer = {
  async open(job): Promise<OpenPeer<number>> {
    const file = openSync(join(job.directory, 'probe.bin'), 'a')
    const block = Buffer.alloc(BLOCK_BYTES, 0x5a)
    return {
      async pay() {
        const written = writeSync(file, block)
        fdatasyncSync(file)
        return written
      },
      isApproved: answer => answer === BLOCK_BYTES,
      async settle() {
        closeSync(file)
        return null
      }
    }
  }
}
