import { resolve } from 'node:path'
import { BackupFailedError, BackupTargetExistsError, StoreUnsupportedError } from '../../errors.js'
import type { BackupOptions, BackupReport } from '../../store.js'
import type { BackupJob, BackupMessage } from './backup-thread.js'
import { onlineBackup } from '../database/driver.js'
import { ThreadModule } from '../database/thread.js'
import { errorOf } from '../writing/writer-failure.js'

const MODULE = new ThreadModule('backup-thread', import.meta.url)

/** Copies a ledger file beside its writer, in a thread of its own that ends with the copy. */
export async function backUp(source: string, path: string, options: BackupOptions): Promise<BackupReport> {
  const target = resolve(path)
  const { signal, onProgress } = options
  if (signal?.aborted) throw new BackupFailedError(target, { cause: signal.reason })
  if (onlineBackup() === undefined) {
    throw new StoreUnsupportedError(
      'back up with this Node.js',
      'Use Node.js 22.16 or newer, or the package @photostructure/sqlite on Node.js 20.'
    )
  }
  const isEnded = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const ended: { cause?: unknown } = {}
  const onAbort = () => {
    ended.cause = signal!.reason
    Atomics.store(isEnded, 0, 1)
  }
  signal?.addEventListener('abort', onAbort)
  try {
    return await run({ source, target, isEnded }, onProgress)
  } catch (error) {
    // Why it was ended says more than that it was.
    throw ended.cause === undefined ? error : new BackupFailedError(target, ended)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function run(job: BackupJob, onProgress: BackupOptions['onProgress']): Promise<BackupReport> {
  const { target } = job
  const thread = MODULE.start({ workerData: job })
  return new Promise((resolve, reject) => {
    let hasStarted = false
    const fail = (cause: Error) =>
      reject(hasStarted ? new BackupFailedError(target, { cause }) : MODULE.cannotStart(cause))
    thread.on('message', (message: BackupMessage) => {
      hasStarted = true
      if ('progress' in message) onProgress?.(message.progress)
      else if ('report' in message) resolve(message.report)
      else if ('isTaken' in message) reject(new BackupTargetExistsError(target))
      else reject(new BackupFailedError(target, { cause: errorOf(message.failure) }))
    })
    thread.once('error', fail)
    // Comes last: whatever was said before has settled the promise already.
    thread.once('exit', code => fail(new Error(`The backup thread ended with code ${code}.`)))
  })
}
