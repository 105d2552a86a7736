import type { TableChanges } from './table-changes.js'
import type { Failure } from './writer-failure.js'
import type { JournalCommit } from './writer.js'

/** What the session asks of the writer thread; every request gets one reply, in order. */
export type Request =
  | { readonly type: 'open'; readonly path: string }
  | { readonly type: 'commit'; readonly group: JournalCommit }
  | { readonly type: 'applyTables'; readonly changes: TableChanges }
  | { readonly type: 'forgetKeys'; readonly query: { readonly recordedBefore: number; readonly limit: number } }
  | { readonly type: 'close' }

export type Reply = { readonly value: unknown } | { readonly failure: Failure }
