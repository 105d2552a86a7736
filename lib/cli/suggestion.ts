import { nearest } from '../domain/nearest.js'

/** ` Did you mean balance?`, with a space in front; nothing where no known name is like the given one. */
export function suggestion(given: string, known: readonly string[], prefix = ''): string {
  const name = nearest(given, known)
  if (name === undefined || !isAlike(given, name)) return ''
  return ` Did you mean ${prefix}${name}?`
}

/** Somebody who mistypes a name seldom mistypes its beginning. */
function isAlike(given: string, name: string): boolean {
  return given.length > 1 && (given[0]!.toLowerCase() === name[0] || name.includes(given) || given.includes(name))
}
