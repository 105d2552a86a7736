import { parseArgs, type ParseArgsConfig } from 'node:util'
import { openLedgerReader, type LedgerReader } from '../index.js'
import { sqliteStore } from '../store/sqlite/index.js'
import { UsageError, type ExitCode } from './exit-code.js'
import type { Output } from './output.js'

/** One subcommand: what it is called, what it takes, what it does. */
export interface CliCommand {
  readonly name: string
  /** What it does, in a few words. */
  readonly summary: string
  /** Its positional arguments by name, all required, in order. */
  readonly positionals: readonly string[]
  readonly options: readonly CliOption[]
  /** What else a person must know, below the options. */
  readonly notes?: string
  run(request: CliRequest): Promise<ExitCode>
}

export interface CliOption {
  readonly name: string
  /** How its value is called in the help; a switch has none. */
  readonly value?: string
  readonly help: string
}

export interface CliRequest {
  readonly positionals: readonly string[]
  /** The text of an option, where it was given. */
  readonly text: (option: string) => string | undefined
  readonly isSet: (option: string) => boolean
  readonly output: Output
}

export const COMMON_OPTIONS: readonly CliOption[] = [
  { name: 'json', help: 'answer in JSON, one value a line; amounts are minor units as text' },
  { name: 'help', help: 'this text' }
]

/** What the arguments of a command ask for. Throws `UsageError` for arguments without a meaning. */
export function parseRequest(command: CliCommand, args: readonly string[]): Omit<CliRequest, 'output'> {
  const { values, positionals } = parsed(command, args)
  if (values['help'] !== true && positionals.length !== command.positionals.length) {
    const wanted = command.positionals.map(name => `<${name}>`).join(' ')
    throw new UsageError(`Expected ${wanted} after ${command.name}, got ${positionals.length} arguments.`)
  }
  return {
    positionals,
    text: option => (typeof values[option] === 'string' ? values[option] : undefined),
    isSet: option => values[option] === true
  }
}

function parsed({ options }: CliCommand, args: readonly string[]) {
  const config: ParseArgsConfig['options'] = {}
  for (const { name, value } of [...options, ...COMMON_OPTIONS]) {
    config[name] = { type: value === undefined ? 'boolean' : 'string' }
  }
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: config })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const NAME_WIDTH = 18

export function helpOf({ name, summary, positionals, options, notes }: CliCommand): string {
  const usage = [`bursar ${name}`, ...positionals.map(positional => `<${positional}>`), '[options]'].join(' ')
  const rows = [...options, ...COMMON_OPTIONS].map(option => {
    const shown = `--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`
    return `  ${shown.padEnd(NAME_WIDTH)} ${option.help}`
  })
  const paragraphs = [`Usage: ${usage}`, `${capitalized(summary)}.`, ['Options:', ...rows].join('\n')]
  return [...paragraphs, ...(notes === undefined ? [] : [notes])].join('\n\n')
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Opens a ledger file to be read, beside whoever writes it. */
export function readLedger(path: string): Promise<LedgerReader> {
  return openLedgerReader({ store: sqliteStore({ path }) })
}
