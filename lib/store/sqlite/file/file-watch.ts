import { closeSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs'
import { StoreLostError } from '../../errors.js'
import { monotonicMs } from '../../../timers.js'

/** At most so much of what is acknowledged can go into a file that is gone, since a look comes before each later commit. */
export const WATCH_MS = 500

/** How every write-ahead log begins, whichever byte order its checksums have. */
const LOG_BEGINS = Buffer.of(0x37, 0x7f, 0x06)

/** What SQLite keeps open while a ledger is. */
const PARTS = ['', '-wal', '-shm'] as const

/**
 * Compares the open files of a ledger with what is found under their names. A file that was deleted or renamed can still be
 * written to, without an error, until it is closed: then everything is gone.
 */
export class FileWatch {
  readonly #path: string
  readonly #opened: readonly (BigIntStats | undefined)[]
  #size: bigint
  #lookedAt = monotonicMs()
  #lost: StoreLostError | undefined

  constructor(path: string) {
    this.#path = path
    this.#opened = PARTS.map(part => statOf(path + part))
    this.#size = this.#opened[0]?.size ?? 0n
  }

  /** Looks, unless the last look was a moment ago. @throws StoreLostError */
  lookNowAndThen(): void {
    if (this.#lost !== undefined || monotonicMs() - this.#lookedAt >= WATCH_MS) this.look()
  }

  /** Where the system does not let it look, the next look will do. @throws StoreLostError */
  look(): void {
    this.#lookedAt = monotonicMs()
    // What was lost once has taken writes that nobody will find, even when it comes back.
    if (this.#lost !== undefined) throw this.#lost
    try {
      this.#compareAll()
    } catch (error) {
      if (error instanceof StoreLostError) throw (this.#lost = error)
    }
  }

  #compareAll(): void {
    for (const [index, part] of PARTS.entries()) this.#compare(this.#path + part, this.#opened[index])
    const { nlink, size } = statOf(this.#path)!
    if (nlink > 1n) throw lost(this.#path, `has been given ${nlink} names (hard links)`)
    if (size < this.#size) throw lost(this.#path, `was truncated from ${this.#size} to ${size} bytes`)
    this.#size = size
    this.#compareLog()
  }

  #compare(file: string, opened: BigIntStats | undefined): void {
    const found = statOf(file)
    if (found === undefined) throw lost(file, 'was deleted or renamed')
    if (found.dev !== opened?.dev || found.ino !== opened.ino) throw lost(file, 'was replaced')
  }

  /**
   * A log that was truncated goes on where it was, behind zeros. SQLite holds no lock on the log (its locks are on the
   * database and on `-shm`), so that opening and closing it here drops none.
   */
  #compareLog(): void {
    const file = `${this.#path}-wal`
    const begins = Buffer.alloc(LOG_BEGINS.length)
    const log = openSync(file, 'r')
    try {
      const length = readSync(log, begins, 0, begins.length, 0)
      // Another program's checkpoint may leave it empty.
      if (length > 0 && !begins.equals(LOG_BEGINS)) throw lost(file, 'was truncated or overwritten')
    } finally {
      closeSync(log)
    }
  }
}

function statOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })
}

/** @param what became of it, as the rest of a sentence */
function lost(file: string, what: string): StoreLostError {
  return new StoreLostError(
    `File ${file} ${what} while the ledger was open. What was acknowledged in the second before may be lost. ` +
      'Keep all files as they are, put the right ones back, open the ledger again, and ask again with the same idempotency keys.'
  )
}
