import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import { StoreUnsupportedError } from '../store/errors.js'
import type { BackupOptions, BackupReport, StoreSession } from '../store/store.js'
import { signalField } from './fields.js'

/** The backups under way: closing waits for them, aborting ends them. */
export class Backups {
  readonly #session: Pick<StoreSession, 'backup'>
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #end = new AbortController()

  constructor(session: Pick<StoreSession, 'backup'>) {
    this.#session = session
  }

  /** @param whenDurable resolves when everything that the copy must hold is on disk */
  async take(path: string, options: BackupOptions = {}, whenDurable: () => Promise<unknown>): Promise<BackupReport> {
    if (typeof path !== 'string' || path === '') {
      throw new InvalidRequestError(`Expected path to name the file to write the backup to, got ${show(path)}.`)
    }
    const { signal, onProgress } = options
    const signals = [this.#end.signal, ...(signal === undefined ? [] : [signalField(signal)])]
    if (this.#session.backup === undefined) {
      throw new StoreUnsupportedError('be backed up to a file', 'memoryStore() has no file: use sqliteStore({ path }).')
    }
    const backup = whenDurable().then(() =>
      this.#session.backup!(path, { onProgress, signal: AbortSignal.any(signals) })
    )
    this.#underWay.add(backup)
    try {
      return await backup
    } finally {
      this.#underWay.delete(backup)
    }
  }

  end(reason: unknown): void {
    this.#end.abort(reason)
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }
}
