import type { Command } from '../domain/command.js'

/** A command that was put aside because it could not be handled. It had no effect. */
export interface DeadLetterRecord {
  /** Follows from account and idempotency key: there is one letter for both. */
  readonly id: string
  readonly command: Command
  readonly cause: { readonly name: string; readonly message: string }
  readonly attempts: number
  /** Recorded time of the first and of the last failure, milliseconds since the epoch. */
  readonly firstAt: number
  readonly lastAt: number
}

export type DeadLetterChange =
  /** A letter of this id that exists counts these attempts on, with the new cause; its command and first time stay. */
  | { readonly kept: DeadLetterRecord }
  /** Takes a letter away, if it exists. */
  | { readonly removed: string }

/** One letter by its id, or a page of all, the oldest first, behind an earlier letter. */
export type DeadLetterQuery =
  { readonly id: string } | { readonly after?: Pick<DeadLetterRecord, 'firstAt' | 'id'>; readonly limit: number }

/** What a letter becomes when its command fails again. */
export function failedAgain(first: DeadLetterRecord | undefined, latest: DeadLetterRecord): DeadLetterRecord {
  if (first === undefined) return latest
  return { ...first, cause: latest.cause, attempts: first.attempts + latest.attempts, lastAt: latest.lastAt }
}
