import type { Command } from '../domain/command.js'
import { decodeCommand, encodeCommand } from './codec.js'

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

/** A letter as a store has it: what it was when it was kept, as far as it can still be read. */
export interface StoredDeadLetter extends Omit<DeadLetterRecord, 'command'> {
  /** Rises from letter to letter, in the order in which they were first kept. */
  readonly position: number
  /** `null` when the text is not that of a command. */
  readonly command: Command | null
  /** The command, as `encodeLetter` wrote it. */
  readonly text: string
}

export type DeadLetterChange =
  /** A letter of this id that exists counts these attempts on, with the new cause; its place, command and first time stay. */
  | { readonly kept: DeadLetterRecord }
  /** Takes a letter away, if it exists. */
  | { readonly removed: string }

/** One letter by its id, or a page of all, in the order in which they were first kept, behind an earlier one. */
export type DeadLetterQuery =
  { readonly id: string } | { readonly after?: Pick<StoredDeadLetter, 'position'>; readonly limit: number }

/**
 * The text of a command that was put aside. It may have been put aside because it is no proper command: then the text says
 * as much of it as JSON can, so that a person can read it.
 */
export function encodeLetter(command: Command): string {
  try {
    const text = encodeCommand(command)
    if (commandOf(text) !== null) return text
  } catch {
    // Said below.
  }
  try {
    return JSON.stringify(command, (_field, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  } catch (error) {
    return JSON.stringify({
      type: String(command.type),
      accountId: String(command.accountId),
      unreadable: String(error)
    })
  }
}

/** The command in a letter, or `null`: one letter that cannot be read keeps nobody from the others. */
export function commandOf(text: string): Command | null {
  try {
    const command = decodeCommand(text)
    return typeof command.type === 'string' && typeof command.accountId === 'string' ? command : null
  } catch {
    return null
  }
}
