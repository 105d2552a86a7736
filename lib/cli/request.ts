import { parseArgs, type ParseArgsConfig } from 'node:util'
import { COMMON_OPTIONS, usageOf, type CliCommand, type CliOption, type CliRequest } from './command.js'
import { UsageError } from './exit-code.js'
import { suggestion } from './suggestion.js'

/** What the arguments of a command ask for. Throws `UsageError` for arguments without a meaning. */
export function parseRequest(command: CliCommand, args: readonly string[]): Omit<CliRequest, 'output'> {
  const known = [...command.options, ...COMMON_OPTIONS]
  const { values, positionals, tokens } = parsed(known, args)
  for (const token of tokens) if (token.kind === 'option') checkOption(command, known, token)
  if (values['help'] !== true) checkCount(command, positionals)
  const onlyOnce = known.filter(({ isRepeatable }) => isRepeatable !== true).map(({ name }) => name)
  checkRepetition(
    tokens.flatMap(token => (token.kind === 'option' && onlyOnce.includes(token.name) ? [token.name] : []))
  )
  return {
    positionals,
    text: option => (typeof values[option] === 'string' ? values[option] : undefined),
    texts: option => [values[option] ?? []].flat().filter(value => typeof value === 'string'),
    isSet: option => values[option] === true
  }
}

function parsed(known: readonly CliOption[], args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const { name, short, value, isRepeatable = false } of known) {
    const type = value === undefined ? 'boolean' : 'string'
    options[name] = { type, multiple: isRepeatable, ...(short !== undefined && { short }) }
  }
  // Not strict, because Node.js knows neither the command nor what was probably meant.
  return parseArgs({ args: [...args], allowPositionals: true, options, strict: false, tokens: true })
}

interface GivenOption {
  readonly name: string
  /** As it was written, dashes included. */
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function checkOption(command: CliCommand, known: readonly CliOption[], given: GivenOption): void {
  const option = known.find(({ name }) => name === given.name)
  const shown = `Option ${given.rawName} of bursar ${command.name}`
  if (option === undefined) {
    const names = known.map(({ name }) => name)
    throw new UsageError(
      `Unknown option ${given.rawName} of bursar ${command.name}.${suggestion(given.name, names, '--')}`
    )
  }
  if (option.value === undefined) {
    if (given.value !== undefined) throw new UsageError(`${shown} takes no value.`)
    return
  }
  // Negative numbers are values, and it is said later whether they are in range.
  const isMissing = given.value === undefined || (given.inlineValue === false && /^-+[a-z]/i.test(given.value))
  if (isMissing) throw new UsageError(`${shown} needs a value: --${option.name} ${option.value}.`)
}

function checkRepetition(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`Option --${twice} was given more than once.`)
}

function checkCount(command: CliCommand, given: readonly string[]): void {
  const { positionals } = command
  const usage = `Usage: ${usageOf(command)}`
  if (given.length < positionals.length) {
    const missing = positionals.slice(given.length).map(name => `<${name}>`)
    throw new UsageError(`Missing ${missing.join(' and ')}. ${usage}`)
  }
  if (given.length > positionals.length) {
    const unexpected = JSON.stringify(given[positionals.length])
    throw new UsageError(`Unexpected argument ${unexpected}. ${usage} (Put text with spaces in quotes.)`)
  }
}
