import type { MessagePort } from 'node:worker_threads'
import type { KeptFilter } from '../reading/key-filter.js'
import type { TableChanges } from '../tail/table-changes.js'
import type { OpenOptions } from './open-for-writing.js'
import type { Failure } from './writer-failure.js'
import type { JournalCommit } from './writer.js'

/** What the session asks of the writer thread; every request gets one reply, in order. */
export type Request =
  | ({ readonly type: 'open'; readonly path: string } & OpenOptions)
  | { readonly type: 'commit'; readonly group: JournalCommit }
  | { readonly type: 'beginTables'; readonly changes: TableChanges }
  | { readonly type: 'continueTables'; readonly pieces: number }
  | { readonly type: 'tidy'; readonly pieces: number }
  | { readonly type: 'forgetKeys'; readonly query: { readonly recordedBefore: number; readonly limit: number } }
  | { readonly type: 'keepFilter'; readonly filter: KeptFilter }
  | { readonly type: 'watch' }
  | { readonly type: 'close' }

export type Reply = { readonly value: unknown } | { readonly failure: Failure }

/** Wakes up who is not looking at the bell: something is in the mailbox. */
export const WAKE_UP = null

/** What the thread is started with: its end of the channel, and the memory that both sides share. */
export interface ThreadData {
  readonly port: MessagePort
  readonly requests: SharedArrayBuffer
  readonly replies: SharedArrayBuffer
  readonly mailbox: SharedArrayBuffer
}
