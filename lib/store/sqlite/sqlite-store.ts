import { dirname, resolve } from 'node:path'
import { InvalidRequestError } from '../../domain/errors.js'
import { fieldsOf, shapeOf } from '../../domain/known-fields.js'
import { show } from '../../domain/show.js'
import { StoreFormatError, StoreNotFoundError } from '../errors.js'
import type { Head, Store } from '../store.js'
import type { Create } from './file/examine-file.js'
import { realFile } from './file/real-file.js'
import { SqliteReader } from './sqlite-reader.js'
import { SqliteSession } from './sqlite-session.js'
import { WriterClient } from './writing/writer-client.js'

export interface SqliteStoreOptions {
  /**
   * The database file; its directory must exist. Beside it appear `-wal`, `-shm` and `-lock`. Symbolic links are followed;
   * a file with a second name (a hard link, or a file that is a mount point) is refused.
   */
  readonly path: string
  /**
   * When a new ledger is made: `'ifMissing'`, `'never'` (a missing file rejects with `StoreNotFoundError`: for production,
   * where a missing file is a mistake), or `'new'` (an existing file rejects with `StoreExistsError`).
   *
   * @default 'ifMissing'
   */
  readonly create?: Create
}

const OPTIONS = shapeOf<SqliteStoreOptions>('SqliteStoreOptions', { path: true, create: true })
const CREATE: readonly unknown[] = ['ifMissing', 'never', 'new'] satisfies Create[]

/** The embedded default: one SQLite file, one writer, WAL with full synchronisation. */
export function sqliteStore(options: SqliteStoreOptions): Store {
  const { path, create = 'ifMissing' } = fieldsOf(options, OPTIONS)
  if (typeof path !== 'string' || path === '' || path === ':memory:' || path.includes('\0')) {
    throw new InvalidRequestError(`Expected path to name a file, got ${show(path)}. For memory, use memoryStore().`)
  }
  if (!CREATE.includes(create)) {
    throw new InvalidRequestError(`Expected create to be 'ifMissing', 'never' or 'new', got ${show(create)}.`)
  }
  return {
    async open() {
      const file = fileIn(path, create)
      const writer = WriterClient.take()
      try {
        const head = await writer.ask<Head>({ type: 'open', path: file, create })
        return new SqliteSession(file, writer, head)
      } catch (error) {
        // Where it was the writer that could not open the file, there is nothing to close.
        await writer.ask({ type: 'close' }).catch(() => undefined)
        writer.release()
        throw error
      }
    },
    async openReader() {
      return new SqliteReader(fileIn(path, 'never'))
    }
  }
}

function fileIn(path: string, create: Create): string {
  const file = realFile(path)
  if (file !== undefined) return file
  const absolute = resolve(path)
  if (create === 'never') throw new StoreNotFoundError(absolute)
  throw new StoreFormatError(`Expected the directory ${dirname(absolute)} to exist, got none. Create it first.`)
}
