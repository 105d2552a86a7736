import type { Attributes } from '@opentelemetry/api'
import { DECLINES } from '../domain/decline.js'
import { BursarError } from '../domain/errors.js'
import type { CommandResult } from '../domain/result.js'

/** Stands for every command and error that is not known: each value that a caller makes up would be one more series. */
const OTHER = '_OTHER'

/** The type of a command, as an attribute's value. */
export function commandTypeOf(type: unknown): string {
  return typeof type === 'string' && Object.hasOwn(DECLINES, type) ? type : OTHER
}

/** The type of the command that a method of the processor submits; `undefined` for all other members. */
export function commandTypeOfMethod(member: string | symbol): string | undefined {
  if (typeof member === 'symbol') return undefined
  const type = member.charAt(0).toUpperCase() + member.slice(1)
  return Object.hasOwn(DECLINES, type) ? type : undefined
}

/** What became of a command that was answered: few enough combinations to be told apart in metrics. */
export function attributesOfResult(result: CommandResult): Attributes {
  const answered = { 'bursar.replayed': result.replayed }
  if (result.success) return { 'bursar.outcome': 'approved', ...answered }
  return { 'bursar.outcome': 'declined', 'bursar.decline.code': result.code, ...answered }
}

/**
 * What became of a command that was rejected. The message stays out of all telemetry: it may name accounts, keys and
 * amounts.
 */
export function attributesOfError(error: unknown): Attributes & { readonly 'error.type': string } {
  return { 'bursar.outcome': 'rejected', 'error.type': error instanceof BursarError ? error.code : OTHER }
}
