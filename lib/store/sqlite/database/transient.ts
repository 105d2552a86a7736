/**
 * The failures after which a transaction may begin in a moment, by SQLite's primary result codes. This is the whole
 * table: everything else either says something lasting about the file or the disk (CORRUPT, READONLY, FULL, IOERR: what
 * an unreliable disk says the second time proves nothing), or would say the same again.
 *
 * It is only ever asked about the beginning of a transaction. Once writing has begun, and above all once COMMIT was
 * called, no code is proof enough that nothing happened: see docs/decisions/0013-what-is-tried-again.md.
 */
const TRANSIENT: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY: another connection, of a backup or a SQLite shell, is writing',
  6: 'SQLITE_LOCKED: the same, within one process',
  15: 'SQLITE_PROTOCOL: two connections got into each other’s way while locking the write-ahead log'
}

/** The extended codes carry their primary code in the lowest byte. */
const PRIMARY = 0xff

export function isTransientCode(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown }
  return typeof errcode === 'number' && (errcode & PRIMARY) in TRANSIENT
}
