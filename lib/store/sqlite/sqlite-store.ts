import { resolve } from 'node:path'
import { existsSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { InvalidRequestError } from '../../domain/errors.js'
import { StoreFormatError } from '../errors.js'
import type { Head, Store } from '../store.js'
import { SqliteReader } from './sqlite-reader.js'
import { SqliteSession } from './sqlite-session.js'
import { WriterClient } from './writing/writer-client.js'

export interface SqliteStoreOptions {
  /** The database file; made when it does not exist, its directory is not. Beside it appear `-wal`, `-shm` and `-lock`. */
  readonly path: string
}

/** The embedded default: one SQLite file, one writer, WAL with full synchronisation. */
export function sqliteStore({ path }: SqliteStoreOptions): Store {
  if (typeof path !== 'string' || path === '' || path === ':memory:') {
    throw new InvalidRequestError(
      `Expected path to name a file, got ${JSON.stringify(path)}. For memory, use memoryStore().`
    )
  }
  return {
    async open() {
      const file = realFile(path)
      const writer = WriterClient.take()
      try {
        const head = await writer.ask<Head>({ type: 'open', path: file })
        return new SqliteSession(file, writer, head)
      } catch (error) {
        writer.release()
        throw error
      }
    },
    async openReader() {
      return new SqliteReader(realFile(path))
    }
  }
}

/** One file has one name, and so one lock, whichever links lead to it. */
function realFile(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const directory = dirname(absolute)
  if (existsSync(directory)) return absolute
  throw new StoreFormatError(`Expected the directory ${directory} to exist, got none. Create it first.`)
}
