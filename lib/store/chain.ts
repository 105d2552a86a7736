import { hash } from 'node:crypto'

/** What the first entry is chained to. */
export const GENESIS_HASH = '0'.repeat(64)

/** The hash of an entry: SHA-256 over the previous hash as hex text, followed by the encoded entry, UTF-8. */
export function chainHash(previousHash: string, encoded: string): string {
  return hash('sha256', previousHash + encoded, 'hex')
}

/** The text of a hash that is kept as bytes. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
