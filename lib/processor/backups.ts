import { callbackField } from '../domain/callable.js'
import { fieldsOf } from '../domain/known-fields.js'
import { safely } from '../observability/safely.js'
import { StoreUnsupportedError } from '../store/errors.js'
import type { BackupOptions, BackupProgress, BackupReport, StoreSession } from '../store/store.js'
import { pathField, signalField } from './fields.js'
import { BACKUP_OPTIONS } from './shapes.js'

/** The backups under way: closing waits for them, aborting ends them. */
export class Backups {
  readonly #session: Pick<StoreSession, 'backup'>
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #end = new AbortController()

  constructor(session: Pick<StoreSession, 'backup'>) {
    this.#session = session
  }

  /** @param whenDurable resolves when everything that the copy must hold is on disk */
  async take(
    path: string,
    options: BackupOptions | undefined,
    whenDurable: () => Promise<unknown>
  ): Promise<BackupReport> {
    pathField(path, 'path')
    const { signal, onProgress } = fieldsOf(options, BACKUP_OPTIONS)
    // A bar that cannot be drawn is no reason to have no backup.
    const tell = onProgress && progressTeller(callbackField(onProgress, 'onProgress'))
    const signals = [this.#end.signal, ...(signal === undefined ? [] : [signalField(signal)])]
    if (this.#session.backup === undefined) {
      throw new StoreUnsupportedError('be backed up to a file', 'memoryStore() has no file: use sqliteStore({ path }).')
    }
    const backup = whenDurable().then(() =>
      this.#session.backup!(path, { onProgress: tell, signal: AbortSignal.any(signals) })
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

function progressTeller(onProgress: (progress: BackupProgress) => unknown): (progress: BackupProgress) => void {
  return progress => void safely('onProgress of a backup', () => onProgress(progress))
}
