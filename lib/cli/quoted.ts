import { inert } from './output.js'

const QUOTED_LENGTH_MAX = 60

/** A value from a file for a person's eyes. */
export function quoted(text: string): string {
  return JSON.stringify(printable(text, QUOTED_LENGTH_MAX))
}

/** Text that may contain what a file contains: cut short, and without characters that could steer a terminal. */
export function printable(text: string, lengthMax: number): string {
  const shown = text.length > lengthMax ? text.slice(0, lengthMax) + '…' : text
  return inert(shown)
}
