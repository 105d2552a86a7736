import { parentPort, workerData } from 'node:worker_threads'
import { BackupTargetExistsError } from '../../errors.js'
import type { BackupProgress, BackupReport } from '../../store.js'
import { copyLedger } from './copy-ledger.js'
import { failureOf, type Failure } from '../writing/writer-failure.js'

/** The thread of one backup: copying and checking wait for the disk, so that nobody else does. */

export interface BackupJob {
  readonly source: string
  readonly target: string
  /** Becomes 1 when the backup is to end. */
  readonly isEnded: Int32Array<SharedArrayBuffer>
}

export type BackupMessage =
  | { readonly progress: BackupProgress }
  | { readonly report: BackupReport }
  | { readonly isTaken: true }
  | { readonly failure: Failure }

const { source, target, isEnded } = workerData as BackupJob

try {
  say({ report: await copyLedger({ source, target, onStep }) })
} catch (error) {
  if (error instanceof BackupTargetExistsError) say({ isTaken: true })
  else say({ failure: failureOf((error as Error).cause) })
}

function onStep(progress: BackupProgress): void {
  if (Atomics.load(isEnded, 0) === 1) throw new Error('The backup was ended.')
  say({ progress })
}

function say(message: BackupMessage): void {
  parentPort!.postMessage(message)
}
