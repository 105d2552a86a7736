import type { CliCommand } from './command.js'
import { UsageError } from './exit-code.js'
import { suggestion } from './suggestion.js'

/** Why these words name no command, and what they probably mean. */
export function unknownCommand(words: readonly string[], commands: readonly CliCommand[]): UsageError {
  const [first = '', second] = words
  if (first.startsWith('-')) {
    return new UsageError(`Option ${first} comes before any command. Name the command first: bursar <command> …`)
  }
  const names = commands.map(({ name }) => name)
  const group = names.filter(name => name.startsWith(`${first} `))
  const isWord = second !== undefined && !second.startsWith('-')
  if (group.length > 0 && !isWord) {
    return new UsageError(`Incomplete command ${JSON.stringify(first)}. Name one of ${group.join(', ')}.`)
  }
  const given = group.length > 0 ? `${first} ${second}` : first
  const known = group.length > 0 ? group : [...names, ...names.map(name => name.split(' ')[0]!)]
  return new UsageError(`Unknown command ${JSON.stringify(given)}.${suggestion(given, known)}`)
}
