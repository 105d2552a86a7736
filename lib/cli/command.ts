import { openLedgerReader, type LedgerReader } from '../index.js'
import { sqliteStore } from '../store/sqlite/index.js'
import type { ExitCode } from './exit-code.js'
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
  /** One letter that stands for the name. */
  readonly short?: string
  /** How its value is called in the help; a switch has none. */
  readonly value?: string
  /** Whether it may be given more than once. */
  readonly isRepeatable?: true
  readonly help: string
}

export interface CliRequest {
  readonly positionals: readonly string[]
  /** The text of an option, where it was given. */
  readonly text: (option: string) => string | undefined
  /** All texts of an option that may be given more than once. */
  readonly texts: (option: string) => readonly string[]
  readonly isSet: (option: string) => boolean
  readonly output: Output
}

export const COMMON_OPTIONS: readonly CliOption[] = [
  { name: 'json', help: 'answer in JSON, one value a line; amounts are minor units as text' },
  { name: 'help', short: 'h', help: 'this text' }
]

export function usageOf({ name, positionals }: CliCommand): string {
  return [`bursar ${name}`, ...positionals.map(positional => `<${positional}>`), '[options]'].join(' ')
}

/** Opens a ledger file to be read, beside whoever writes it. */
export function readLedger(path: string): Promise<LedgerReader> {
  return openLedgerReader({ store: sqliteStore({ path }) })
}
